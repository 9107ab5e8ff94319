"""A crossing is published exactly once, with the expense that did it, and withdrawn when it no longer holds."""

from __future__ import annotations

from chassis.runtime.ids import uuid7
from support.budgets_world import COFFEE, GROCERIES, World, a_change, an_expense, usd


def test_crossing_the_limit_is_published_once_with_the_expense(world: World) -> None:
    budget = world.create(category_ids=[GROCERIES], thresholds=[100])
    world.published()
    world.spend("196.93")
    assert world.crossings() == []
    tipping = world.spend("11.32", payee="Onion Market")
    [event] = world.published("budget.exceeded")
    assert event.data["budget_id"] == event.subject == budget["id"]
    assert event.data["period"] == {"from": "2015-01-01", "to": "2015-01-31"}
    assert event.data["limit"] == usd("200.00")
    assert event.data["spent"] == usd("208.25")
    assert event.data["expense"] == {
        "expense_id": tipping,
        "spent_on": "2015-01-24",
        "payee": "Onion Market",
        "amount": usd("11.32"),
        "home_amount": usd("11.32"),
    }
    world.spend("50.00")
    assert world.crossings() == []


def test_a_budget_created_after_the_spending_counts_all_of_it(world: World) -> None:
    world.spend("150.00", "2015-01-02")
    tipping = world.spend("100.00", "2015-01-03")
    world.spend("6500.00", "2015-01-04")
    budget = world.create(thresholds=[100])
    [event] = world.published("budget.exceeded")
    assert event.data["spent"] == budget["current"]["spent"] == usd("6750.00")
    assert event.data["expense"]["expense_id"] == tipping


def test_a_lowered_limit_is_published_with_all_that_is_spent(world: World) -> None:
    budget = world.create(thresholds=[80, 100])
    first = world.spend("90.00", "2015-01-03")
    world.spend("30.00", "2015-01-04")
    world.published()
    budget = world.change(budget, amount=usd("110.00"))
    [exceeded] = world.published("budget.exceeded")
    assert exceeded.data["spent"] == usd("120.00")
    world.change(budget, amount=usd("10.00"))
    world.change(world.get(budget), amount=usd("500.00"))
    world.published()
    world.change(world.get(budget), amount=usd("121.00"), thresholds=[50, 100])
    [near] = world.published("budget.near")
    assert (near.data["spent"], near.data["expense"]["expense_id"]) == (usd("120.00"), first)


def test_a_batch_is_published_with_all_that_it_brought(world: World) -> None:
    budget = world.create(thresholds=[100])
    tipping = a_change(an_expense("250.00"))
    world.post(tipping, a_change(an_expense("70.00", "2015-01-02")))
    [event] = world.published("budget.exceeded")
    assert (event.data["spent"], event.data["expense"]["expense_id"]) == (usd("320.00"), tipping["expense_id"])
    assert world.periods(budget)[0]["tipped_by"]["spent_then"] == usd("250.00")


def test_spending_exactly_the_limit_does_not_exceed_it(world: World) -> None:
    world.create(thresholds=[100])
    world.spend("200.00")
    assert world.crossings() == []
    world.spend("0.01")
    assert world.crossings() == [("budget.exceeded", 100, "2015-01-01")]


def test_reaching_a_lower_threshold_exactly_is_near(world: World) -> None:
    world.create(thresholds=[80])
    world.spend("159.99")
    assert world.crossings() == []
    world.spend("0.01")
    assert world.crossings() == [("budget.near", 80, "2015-01-01")]


def test_an_exceeded_limit_is_not_also_published_as_near(world: World) -> None:
    world.create(thresholds=[50, 80, 100])
    expense_id = world.spend("500.00")
    assert world.crossings() == [("budget.exceeded", 100, "2015-01-01")]
    world.post(a_change(None, expense_id=expense_id, version=2), kind="expense.removed")
    assert world.crossings() == [("budget.recovered", 100, "2015-01-01")]


def test_a_corrected_expense_withdraws_the_alert_and_rearms_it(world: World) -> None:
    world.create(thresholds=[100])
    expense_id = world.spend("300.00")
    [exceeded] = world.published("budget.exceeded")
    world.post(a_change(an_expense("30.00"), expense_id=expense_id, version=2), kind="expense.changed")
    [recovered] = world.published("budget.recovered")
    assert recovered.data["crossing_id"] == exceeded.data["crossing_id"]
    assert (recovered.data["reason"], recovered.data["spent"]) == ("spending", usd("30.00"))
    world.spend("171.00")
    [again] = world.published("budget.exceeded")
    assert again.data["crossing_id"] != exceeded.data["crossing_id"]


def test_an_expense_moved_to_another_month_recovers_its_first_month(world: World) -> None:
    world.create(thresholds=[100])
    expense_id = world.spend("300.00", "2015-01-31")
    world.crossings()
    world.post(a_change(an_expense("300.00", "2015-02-01"), expense_id=expense_id, version=2), kind="expense.changed")
    assert sorted(world.crossings()) == [("budget.exceeded", 100, "2015-02-01"), ("budget.recovered", 100, "2015-01-01")]


def test_income_and_other_categories_and_other_currencies_do_not_count(world: World) -> None:
    budget = world.create(category_ids=[GROCERIES])
    euros = {"amount": "900.00", "currency": "EUR"}
    world.spend("900.00", kind="income")
    world.spend("900.00", category=COFFEE)
    world.spend("900.00", category=None)
    world.post(a_change({**an_expense(), "amount": euros, "home_amount": euros}))
    assert world.get(budget)["current"]["spent"] == usd("0.00")
    assert world.crossings() == []


def test_a_budget_without_categories_counts_all_even_expenses_without_one(world: World) -> None:
    budget = world.create()
    for category in (GROCERIES, COFFEE, None):
        world.spend("1.00", category=category)
    assert world.get(budget)["current"]["spent"] == usd("3.00")


def test_only_the_outcome_of_an_event_is_published(world: World) -> None:
    budget = world.create(thresholds=[100])
    first = world.spend("190.00")
    world.published()
    over, back = a_change(an_expense("50.00")), a_change(an_expense("10.00"), expense_id=first, version=2)
    world.post(over, back)
    assert world.crossings() == []
    last = a_change(an_expense("400.00", payee="Last"))
    world.post(a_change(an_expense("190.00")), a_change(None, expense_id=over["expense_id"], version=2), last)
    [event] = world.published("budget.exceeded")
    assert event.data["expense"]["expense_id"] == last["expense_id"]
    assert world.periods(budget)[0]["tipped_by"]["expense_id"] == last["expense_id"]


def test_a_crossing_that_falls_and_rises_in_one_event_names_the_later(world: World) -> None:
    budget = world.create(thresholds=[100])
    first = world.spend("300.00")
    world.published()
    second = a_change(an_expense("250.00"))
    world.post(a_change(None, expense_id=first, version=2), second, kind="expense.changed")
    assert world.crossings() == []
    assert world.periods(budget)[0]["tipped_by"]["expense_id"] == second["expense_id"]
    assert world.periods(budget)[0]["tipped_by"]["spent_then"] == usd("250.00")


def test_when_the_named_expense_is_deleted_another_one_is_named(world: World) -> None:
    budget = world.create(thresholds=[100])
    first = world.spend("300.00", "2015-01-02")
    world.spend("150.00", "2015-01-10")
    second = world.spend("150.00", "2015-01-09")
    third = world.spend("10.00", "2015-01-10")
    world.published()
    world.post(a_change(None, expense_id=first, version=2), kind="expense.removed")
    assert world.crossings() == []
    tip = world.periods(budget)[0]["tipped_by"]
    assert tip["expense_id"] not in (first, second, third)
    assert tip["spent_then"] == usd("300.00")


def test_the_same_event_and_an_older_version_change_nothing(world: World) -> None:
    budget = world.create(thresholds=[100])
    event = world.post(a_change(an_expense("150.00"), version=2))
    world.deliver(event)
    expense_id = event.data["changes"][0]["expense_id"]
    world.post(a_change(an_expense("999.00"), expense_id=expense_id, version=1))
    assert world.get(budget)["current"]["spent"] == usd("150.00")
    world.post(a_change(None, expense_id=expense_id, version=3), kind="expense.removed")
    world.post(a_change(an_expense("999.00"), expense_id=expense_id, version=2), kind="expense.changed")
    assert world.get(budget)["current"]["spent"] == usd("0.00")
    assert world.crossings() == []


def test_early_overspending_shrinks_later_limits_and_is_named(world: World) -> None:
    world.at("2015-03-10T12:00:00Z")
    world.create(thresholds=[100], starts_on="2015-01-01", rollover="all")
    world.spend("350.00", "2015-03-05")
    assert world.crossings() == []
    late = world.spend("300.00", "2015-01-20")
    published = world.published("budget.exceeded")
    assert [event.data["period"]["from"] for event in published] == ["2015-01-01", "2015-03-01"]
    assert {event.data["expense"]["expense_id"] for event in published} == {late}
    assert published[1].data["limit"] == usd("300.00")
    assert published[1].data["spent"] == usd("350.00")


def test_each_changed_budget_is_published_once_per_event(world: World) -> None:
    groceries = world.create(category_ids=[GROCERIES])
    world.create(category_ids=[COFFEE])
    world.published()
    world.post(*(a_change(an_expense("1.00", f"2015-01-{day}")) for day in range(10, 20)))
    [changed] = world.published("budget.changed")
    assert changed.data["budget"] == world.get(groceries)
    world.spend("1.00", "2014-12-31")
    assert world.published("budget.changed") == []


def test_a_threshold_added_below_the_spending_is_not_published(world: World) -> None:
    budget = world.create(thresholds=[100])
    world.spend("300.00")
    world.published()
    world.change(budget, thresholds=[80, 100])
    assert world.crossings() == []


def test_expenses_of_unknown_people_count_for_later_budgets(world: World) -> None:
    world.post(a_change(an_expense("300.00")), user_id=world.caller.user_id)
    world.post(a_change(an_expense("300.00")), user_id=uuid7())
    budget = world.create()
    assert world.get(budget)["current"]["spent"] == usd("300.00")


def test_events_have_the_time_of_the_expense_that_caused_them(world: World) -> None:
    world.create(thresholds=[100])
    world.at("2015-03-01T12:00:00+00:00")
    world.spend("250.00")
    [event] = world.published("budget.exceeded")
    assert event.time == "2015-01-24T18:00:00Z"
