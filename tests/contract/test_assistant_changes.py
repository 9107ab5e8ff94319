"""The assistant makes each change once, and can undo it."""

from __future__ import annotations

from datetime import date

import pytest

from assistant.tools.model import Kind, Order, Selection, ToolError
from chassis.runtime.ids import uuid7
from support.household_api import TODAY, running_household

COFFEE = {"kind": "expense", "amount": "3.50", "currency": "USD", "spent_on": "2017-10-14", "payee": "Blue Bottle"}
WEEKEND = Selection(first=date(2017, 10, 14), last=TODAY)


@pytest.fixture(scope="module")
def started():
    with running_household() as found:
        yield found


@pytest.fixture
def household(started):
    started.reset()
    return started


@pytest.fixture
def tools(household):
    return household.toolbox()


def category(tools, name: str):
    return next(one for one in tools.categories() if one.name == name)


def budget(tools, name: str):
    return next(one for one in tools.budgets() if one.name == name)


def everything(tools):
    return [entry for kind in Kind for entry in tools.entries(Selection(kind=kind), Order.NEWEST, 2000).entries]


def test_an_expense_is_added_once(household, tools):
    proposal, before = uuid7(), tools.total(WEEKEND)
    values = {**COFFEE, "description": "Flat white", "category_id": category(tools, "Food / Coffee").id}
    first, again = (household.toolbox().carry_out(proposal, "add_expense", values) for _ in range(2))
    after = tools.total(WEEKEND)
    assert (after.count, after.amount.minor) == (before.count + 1, before.amount.minor + 350)
    assert first == again
    made = tools.entry(first.undo["id"])
    assert (made.payee, made.description, made.category.name, made.home_amount.text) == (
        "Blue Bottle",
        "Flat white",
        "Food / Coffee",
        "3.50",
    )
    assert first.link == "/expenses?from=2017-10-14&to=2017-10-14&kind=expense&payee=Blue+Bottle"


def test_income_in_another_currency_is_added_too(tools):
    values = {"kind": "income", "amount": "20", "currency": "EUR", "spent_on": "2017-10-13"}
    made = tools.entry(tools.carry_out(uuid7(), "add_expense", values).undo["id"])
    assert (made.kind, made.amount.text, made.amount.currency, made.home_amount.currency) == (Kind.INCOME, "20.00", "EUR", "USD")


def test_an_added_expense_is_taken_back(tools):
    before = tools.total(WEEKEND)
    done = tools.carry_out(uuid7(), "add_expense", COFFEE)
    tools.undo(done.undo)
    tools.undo(done.undo)
    assert tools.total(WEEKEND) == before


def test_an_added_expense_that_was_edited_stays(household, tools):
    done = tools.carry_out(uuid7(), "add_expense", COFFEE)
    household.api().change(f"/expenses/{done.undo['id']}", {"note": "mine"}, version=done.undo["version"])
    with pytest.raises(ToolError, match="has been changed since"):
        tools.undo(done.undo)
    assert tools.entry(done.undo["id"]).note == "mine"


@pytest.mark.parametrize(
    "wrong", [{"amount": "0"}, {"amount": "a lot"}, {"currency": "XYZ"}, {"spent_on": "yesterday"}, {"category_id": uuid7()}]
)
def test_an_impossible_expense_is_refused(tools, wrong):
    before = tools.total(Selection())
    with pytest.raises(ToolError) as refused:
        tools.carry_out(uuid7(), "add_expense", {**COFFEE, **wrong})
    assert refused.value.lasting
    assert tools.total(Selection()) == before


def test_a_budget_is_set_and_taken_back(household, tools):
    fun = category(tools, "Leisure / Books")
    values = {"name": "Books", "limit": "40.00", "currency": "USD", "cycle": "quarterly", "category_ids": [fun.id]}
    proposal = uuid7()
    done, again = (tools.carry_out(proposal, "set_budget", values) for _ in range(2))
    made = budget(tools, "Books")
    assert (made.limit.text, made.cycle, made.categories, made.first, made.last) == (
        "40.00",
        "quarterly",
        (fun,),
        date(2017, 10, 1),
        date(2017, 12, 31),
    )
    assert done == again
    assert len(tools.budgets()) == 7
    tools.undo(done.undo)
    assert [one.name for one in tools.budgets() if one.name == "Books"] == []


def test_a_limit_is_changed_and_put_back(tools):
    before = budget(tools, "Coffee")
    values = {"budget_id": before.id, "version": before.version, "limit": "30", "currency": "USD"}
    done = tools.carry_out(uuid7(), "change_budget", values)
    assert budget(tools, "Coffee").limit.text == "30.00"
    assert tools.carry_out(uuid7(), "change_budget", values).action == "change_budget"
    assert budget(tools, "Coffee").version == before.version + 1
    tools.undo(done.undo)
    assert budget(tools, "Coffee").limit == before.limit


def test_a_limit_that_was_changed_meanwhile_is_left_alone(tools):
    before = budget(tools, "Coffee")
    values = {"budget_id": before.id, "version": before.version, "limit": "30", "currency": "USD"}
    done = tools.carry_out(uuid7(), "change_budget", values)
    tools.carry_out(uuid7(), "change_budget", {**values, "version": before.version + 1, "limit": "55"})
    with pytest.raises(ToolError):
        tools.carry_out(uuid7(), "change_budget", values)
    with pytest.raises(ToolError, match="has been changed since"):
        tools.undo(done.undo)
    assert budget(tools, "Coffee").limit.text == "55.00"


def moving(entries, target) -> dict[str, object]:
    return {"entries": [{"id": entry.id, "version": entry.version} for entry in entries], "category_id": target}


def test_entries_are_given_another_category_and_get_theirs_back(tools):
    found, target = tools.entries(WEEKEND, Order.NEWEST, 200).entries, category(tools, "Travel / Hotel")
    assert len({entry.category for entry in found}) > 2
    done = tools.carry_out(uuid7(), "recategorise", moving(found, target.id))
    assert {tools.entry(entry.id).category for entry in found} == {target}
    assert done.count == len([entry for entry in found if entry.category != target])
    tools.undo(done.undo)
    assert [tools.entry(entry.id).category for entry in found] == [entry.category for entry in found]


def test_entries_can_lose_their_category(tools):
    found = tools.entries(WEEKEND, Order.NEWEST, 3).entries
    done = tools.carry_out(uuid7(), "recategorise", moving(found, None))
    assert {tools.entry(entry.id).category for entry in found} == {None}
    tools.undo(done.undo)
    assert [tools.entry(entry.id).category for entry in found] == [entry.category for entry in found]


def test_recategorising_is_all_or_nothing(household, tools):
    found, target = tools.entries(WEEKEND, Order.NEWEST, 200).entries, category(tools, "Travel / Hotel")
    household.api().change(f"/expenses/{found[-1].id}", {"note": "edited"}, version=found[-1].version)
    with pytest.raises(ToolError, match="One of these entries has been changed since; all entries are as they were"):
        tools.carry_out(uuid7(), "recategorise", moving(found, target.id))
    assert [tools.entry(entry.id).category for entry in found] == [entry.category for entry in found]


def test_undoing_is_all_or_nothing_too(household, tools):
    found, target = tools.entries(WEEKEND, Order.NEWEST, 200).entries, category(tools, "Travel / Hotel")
    done = tools.carry_out(uuid7(), "recategorise", moving(found, target.id))
    last = tools.entry(done.undo["entries"][-1]["id"])
    household.api().change(f"/expenses/{last.id}", {"note": "edited"}, version=last.version)
    with pytest.raises(ToolError, match="all entries are as they were"):
        tools.undo(done.undo)
    assert {tools.entry(entry.id).category for entry in found} == {target}


def test_recategorising_into_a_foreign_category_changes_nothing(tools):
    before = everything(tools)
    with pytest.raises(ToolError):
        tools.carry_out(uuid7(), "recategorise", moving(before[:5], uuid7()))
    assert everything(tools) == before


def test_too_many_entries_are_refused_before_any_is_changed(tools):
    before = everything(tools)
    with pytest.raises(ToolError, match="At most 200"):
        tools.carry_out(uuid7(), "recategorise", moving(before[:201], category(tools, "Travel / Hotel").id))
    assert everything(tools) == before


@pytest.mark.parametrize("action", ["delete_everything", "", "undo"])
def test_nothing_else_can_be_done(tools, action):
    with pytest.raises(ToolError):
        tools.carry_out(uuid7(), action, {})
    with pytest.raises(ToolError):
        tools.undo({"action": action})


def test_a_read_only_caller_changes_nothing(household):
    with pytest.raises(ToolError, match="may only read"):
        household.toolbox(may_write=False).carry_out(uuid7(), "add_expense", COFFEE)
    with pytest.raises(ToolError, match="may only read"):
        household.toolbox(may_write=False).undo({"action": "add_expense"})


def test_the_usual_category_of_a_payee_is_suggested(tools):
    known = next(entry for entry in everything(tools) if entry.payee == "Farmer Fresh" and entry.category)
    assert tools.suggested_category("Farmer Fresh") == known.category
    assert tools.suggested_category("Somebody new") is None
