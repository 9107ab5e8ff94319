"""The assistant's tools find the same figures as SQL does in the ledger, for any selection."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from assistant.tools.model import By, Category, Kind, Order, Selection, ToolError
from conversations.ledger import load
from support.household_api import running_household

COFFEE, GROCERIES, RESTAURANT, UNKNOWN = (
    "Food / Coffee",
    "Food / Groceries",
    "Food / Restaurant",
    "0190f1d2-6f0e-7c3a-9d55-0a4d2c9b7e11",
)


@pytest.fixture(scope="module")
def household():
    with running_household("de-DE") as found:
        yield found


@pytest.fixture(scope="module")
def tools(household):
    return household.toolbox()


@pytest.fixture(scope="module")
def ledger():
    with closing(load()) as opened:
        opened.create_function("words", 3, lambda *parts: "\n".join(parts).lower())
        yield opened


def named(*names: str) -> tuple[Category, ...]:
    """Return category names as the cases have them; ids are known later."""
    return tuple(Category("", name) for name in names)


PAYEES = ("Farmer Fresh", "Metro Transport Authority", "Wine-Tarner Cable", "RiverBank Properties", "Nobody")
CASES = {
    "everything": Selection(),
    "income": Selection(kind=Kind.INCOME),
    "a month": Selection(first=date(2017, 9, 1), last=date(2017, 9, 30)),
    "days within a month": Selection(first=date(2017, 9, 5), last=date(2017, 9, 20)),
    "since a day": Selection(first=date(2017, 8, 17)),
    "before the first day": Selection(last=date(1800, 1, 1)),
    "the wrong way round": Selection(first=date(2017, 9, 30), last=date(2017, 9, 1)),
    "a category": Selection(categories=named(COFFEE)),
    "categories in a year": Selection(
        categories=named(COFFEE, GROCERIES, RESTAURANT), first=date(2016, 1, 1), last=date(2016, 12, 31)
    ),
    "no category": Selection(uncategorised=True),
    "a category or none": Selection(categories=named(COFFEE), uncategorised=True),
    "without categories": Selection(without_categories=named(COFFEE, RESTAURANT)),
    "a category without itself": Selection(categories=named(COFFEE), without_categories=named(COFFEE)),
    "categories without one": Selection(categories=named(COFFEE, GROCERIES), without_categories=named(GROCERIES)),
    "a payee": Selection(payees=PAYEES[:1]),
    "payees": Selection(payees=PAYEES[:2]),
    "many payees in a year": Selection(payees=PAYEES, first=date(2017, 1, 1)),
    "many payees over an amount": Selection(payees=PAYEES, at_least=Decimal(50)),
    "without payees": Selection(without_payees=PAYEES[:2]),
    "payees without one": Selection(payees=PAYEES[:3], without_payees=PAYEES[:1]),
    "a category without a payee": Selection(categories=named(GROCERIES), without_payees=PAYEES[:1]),
    "a payee with a hostile name": Selection(payees=("Robert'); DROP TABLE expense;--",)),
    "a payee in Hindi": Selection(payees=("चाय घर",)),
    "a text": Selection(texts=("COFFEE",)),
    "a text in a note": Selection(texts=("paid late",)),
    "a text with signs of patterns": Selection(texts=("%",)),
    "texts": Selection(texts=("lunch", "wit")),
    "texts of which one says it": Selection(texts=("dinner", "inn")),
    "without a text": Selection(without_texts=("the",)),
    "without texts": Selection(without_texts=("the", "coffee"), first=date(2017, 1, 1)),
    "a text without another": Selection(texts=("the",), without_texts=("rent",)),
    "without a payee and a text": Selection(without_payees=PAYEES[3:4], without_texts=("dinner",)),
    "a tag": Selection(tag="Holiday"),
    "a tag without a category": Selection(tag="holiday", without_categories=named("Travel / Hotel")),
    "no tag of that name": Selection(tag="holi"),
    "at least": Selection(at_least=Decimal(100)),
    "between": Selection(at_least=Decimal("5.00"), at_most=Decimal("10.5")),
    "finer than a cent": Selection(at_least=Decimal("4.999"), at_most=Decimal("10.001")),
    "less than nothing": Selection(at_most=Decimal(-1)),
    "more than nothing": Selection(at_least=Decimal(-5)),
    "more than there is": Selection(at_least=Decimal(10) ** 15),
    "less than a lot": Selection(at_most=Decimal(10) ** 15),
    "all at once": Selection(
        first=date(2016, 2, 3),
        categories=named(COFFEE, RESTAURANT),
        without_payees=PAYEES[:1],
        texts=("e",),
        without_texts=("lunch",),
        at_least=Decimal(4),
    ),
}
EVERY_CASE = pytest.mark.parametrize("selection", CASES.values(), ids=CASES)


def known(tools, selection: Selection) -> Selection:
    ids = {category.name: category for category in tools.categories()}
    chosen = {name: tuple(ids[one.name] for one in getattr(selection, name)) for name in ("categories", "without_categories")}
    return replace(selection, **chosen)


def where(selection: Selection) -> tuple[str, list[object]]:
    """Return a selection as an SQL condition."""
    said, values = ["kind = ?"], [selection.kind.value]

    def add(condition: str, *given: object) -> None:
        said.append(condition)
        values.extend(given)

    def any_of(column: str, names: tuple[str, ...], more: str = "0") -> str:
        return f"({column} IN ({','.join('?' * len(names))}) OR {more})"

    if selection.first:
        add("spent_on >= ?", selection.first.isoformat())
    if selection.last:
        add("spent_on <= ?", selection.last.isoformat())
    if selection.categories or selection.uncategorised:
        names = tuple(category.name for category in selection.categories)
        add(any_of("category", names, "category = ''" if selection.uncategorised else "0"), *names)
    if selection.payees:
        add(any_of("payee", selection.payees), *selection.payees)
    for text in selection.texts:
        add("instr(words(payee, description, note), ?)", text.lower())
    if selection.tag:
        add("lower(tags) = ?", selection.tag.lower())
    if selection.at_least is not None:
        add("home_cents >= ?", float(selection.at_least * 100))
    if selection.at_most is not None:
        add("home_cents <= ?", float(selection.at_most * 100))
    for category in selection.without_categories:
        add("category <> ?", category.name)
    for payee in selection.without_payees:
        add("payee <> ?", payee)
    for text in selection.without_texts:
        add("NOT instr(words(payee, description, note), ?)", text.lower())
    return " AND ".join(said), values


@EVERY_CASE
def test_totals_are_those_of_sql(tools, ledger, selection):
    condition, values = where(selection)
    expected = ledger.execute(f"SELECT coalesce(sum(home_cents), 0), count(*) FROM expense WHERE {condition}", values).fetchone()
    found = tools.total(known(tools, selection))
    assert (found.amount.minor, found.count, found.amount.currency) == (*expected, "USD")


@EVERY_CASE
@pytest.mark.parametrize("by", By)
def test_sums_are_those_of_sql(tools, ledger, selection, by):
    column = {By.CATEGORY: "category", By.PAYEE: "payee", By.MONTH: "substr(spent_on, 1, 7)", By.DAY: "spent_on"}[by]
    condition, values = where(selection)
    rows = ledger.execute(f"SELECT {column}, sum(home_cents), count(*) FROM expense WHERE {condition} GROUP BY 1", values)
    names = {category.id: category.name for category in tools.categories()}
    found = tools.sums(known(tools, selection), by)
    assert sorted((names.get(one.key, one.key), one.amount.minor, one.count) for one in found) == sorted(rows)
    if by is By.CATEGORY:
        assert all(one.label == names.get(one.key, one.label) for one in found)


@EVERY_CASE
@pytest.mark.parametrize("order", Order)
def test_entries_are_those_of_sql(tools, ledger, selection, order):
    condition, values = where(selection)
    by = {Order.NEWEST: "spent_on DESC", Order.OLDEST: "spent_on", Order.LARGEST: "home_cents DESC", Order.SMALLEST: "home_cents"}[
        order
    ]
    column = "home_cents" if "amount" in order.value else "spent_on"
    rows = ledger.execute(f"SELECT {column} FROM expense WHERE {condition} ORDER BY {by} LIMIT 7", values).fetchall()
    (count,) = ledger.execute(f"SELECT count(*) FROM expense WHERE {condition}", values).fetchone()
    found = tools.entries(known(tools, selection), order, 7)
    told = [(one.home_amount.minor if column == "home_cents" else one.spent_on.isoformat(),) for one in found.entries]
    assert (told, found.total) == (rows, count)


def test_links_lead_to_the_list_of_the_ui(tools):
    found = tools.total(known(tools, Selection(categories=named(COFFEE), first=date(2017, 9, 1), last=date(2017, 9, 30))))
    category = next(one.id for one in tools.categories() if one.name == COFFEE)
    assert found.link == f"/expenses?kind=expense&from=2017-09-01&to=2017-09-30&category={category}"
    hostile = tools.total(Selection(payees=("A&B=C #1",), texts=("x y",), tag="t&g"))
    assert hostile.link == "/expenses?kind=expense&tag=t%26g&payee=A%26B%3DC+%231&text=x+y"


def test_sums_link_to_their_own_part(tools):
    months = tools.sums(Selection(first=date(2017, 9, 10)), By.MONTH)
    assert [one.link for one in months] == [
        "/expenses?kind=expense&from=2017-09-10&to=2017-09-30",
        "/expenses?kind=expense&from=2017-10-01&to=2017-10-31",
    ]
    assert all("category=" in one.link for one in tools.sums(Selection(), By.CATEGORY))


def test_an_unknown_category_has_no_entries(tools):
    assert tools.total(Selection(categories=(Category(UNKNOWN, "?"),))).count == 0


def test_a_text_that_is_too_long_is_an_error(tools):
    with pytest.raises(ToolError):
        tools.total(Selection(texts=("x" * 300,)))
