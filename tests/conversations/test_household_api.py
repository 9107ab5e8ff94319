"""The suite has exactly what the ledger of the questions has."""

from __future__ import annotations

from contextlib import closing
from datetime import date

import pytest

from assistant.tools.model import By, Kind, Order, Selection
from conversations.ledger import load
from support.household_api import running_household


@pytest.fixture(scope="module")
def household():
    with running_household("en-US") as found:
        yield found


@pytest.fixture(scope="module")
def ledger():
    with closing(load()) as opened:
        yield opened


@pytest.fixture
def tools(household):
    household.reset()
    return household.toolbox()


KINDS = pytest.mark.parametrize("kind", Kind)


@KINDS
def test_the_total_is_the_ledgers(tools, ledger, kind):
    found = tools.total(Selection(kind=kind))
    row = ledger.execute("SELECT sum(home_cents), count(*) FROM expense WHERE kind = ?", [kind.value]).fetchone()
    assert (found.amount.minor, found.count, found.amount.currency) == (*row, "USD")


@KINDS
@pytest.mark.parametrize(
    ("by", "column"), [(By.CATEGORY, "category"), (By.PAYEE, "payee"), (By.MONTH, "substr(spent_on, 1, 7)"), (By.DAY, "spent_on")]
)
def test_the_sums_are_the_ledgers(tools, ledger, kind, by, column):
    query = f"SELECT {column}, sum(home_cents), count(*) FROM expense WHERE kind = ? GROUP BY 1"
    expected = {key: (cents, count) for key, cents, count in ledger.execute(query, [kind.value])}
    names = {category.id: category.name for category in tools.categories()}
    found = tools.sums(Selection(kind=kind), by)
    assert {names.get(line.key, line.key): (line.amount.minor, line.count) for line in found} == expected
    if by in {By.MONTH, By.DAY}:
        assert [line.key for line in found] == sorted(expected)
    else:
        assert [line.amount.minor for line in found] == sorted((cents for cents, _ in expected.values()), reverse=True)


def test_every_entry_is_the_ledgers(tools, ledger):
    rows = ledger.execute(
        "SELECT spent_on, kind, payee, description, category, amount, currency, home_cents, tags, note FROM expense ORDER BY spent_on, id"
    ).fetchall()
    found = [entry for kind in Kind for entry in tools.entries(Selection(kind=kind), Order.OLDEST, 2000).entries]
    told = [
        (
            entry.spent_on.isoformat(),
            entry.kind.value,
            entry.payee,
            entry.description,
            entry.category.name if entry.category else "",
            entry.amount.decimal,
            entry.amount.currency,
            entry.home_amount.minor,
            ",".join(entry.tags),
            entry.note,
        )
        for entry in found
    ]
    expected = [(*row[:5], type(told[0][5])(row[5]), *row[6:]) for kind in Kind for row in rows if row[1] == kind.value]
    assert told == expected


def test_the_payees_are_the_ledgers(tools, ledger):
    expected = {payee for (payee,) in ledger.execute("SELECT DISTINCT payee FROM expense WHERE payee <> ''")}
    assert set(tools.payees()) == expected
    assert len(tools.payees()) == len(expected)


MONTHS = [None, *(date(year, month, 15) for year in (2015, 2016, 2017) for month in range(1, 13) if (year, month) < (2017, 10))]


def test_budgets_of_all_months_are_the_ledgers(tools, ledger):
    limits = dict(ledger.execute("SELECT category, limit_cents FROM budget"))
    for on in MONTHS:
        month = (on or date(2017, 10, 15)).strftime("%Y-%m")
        query = "SELECT category, sum(home_cents) FROM expense WHERE kind = 'expense' AND substr(spent_on, 1, 7) = ? GROUP BY 1"
        spent = dict(ledger.execute(query, [month]))
        found = {budget.categories[0].name: budget for budget in tools.budgets(on)}
        assert {name: budget.limit.minor for name, budget in found.items()} == {name: limits[name] for name in found}
        assert {name: budget.spent.minor for name, budget in found.items()} == {name: spent.get(name, 0) for name in found}
        assert not [name for name in limits if name not in found and spent.get(name)]
        for name, budget in found.items():
            percent = spent.get(name, 0) * 100 // limits[name]
            assert budget.percent == percent
            assert budget.remaining.minor == limits[name] - spent.get(name, 0)
            over, near = budget.spent.minor > budget.limit.minor, budget.spent.minor * 100 >= 80 * budget.limit.minor
            assert budget.state == ("exceeded" if over else "near" if near else "ok")


def test_the_entries_that_tipped_budgets_are_the_ledgers(tools, ledger):
    exceeded = 0
    for on in MONTHS:
        for budget in tools.budgets(on):
            rows = ledger.execute(
                "SELECT spent_on, payee, description, home_cents FROM expense WHERE kind = 'expense' AND category = ?"
                " AND substr(spent_on, 1, 7) = ? ORDER BY spent_on, id",
                [budget.categories[0].name, budget.first.strftime("%Y-%m")],
            )
            spent, expected = 0, None
            for day, payee, description, cents in rows:
                spent += cents
                if spent > budget.limit.minor:
                    expected = (day, payee, description, cents, spent)
                    break
            found = tools.tipping(budget.id, on or date(2017, 10, 15))
            assert (found is None) == (expected is None)
            if found:
                exceeded += 1
                told = (found.spent_on.isoformat(), found.payee, found.description, found.amount.minor, found.spent_then.minor)
                assert told == expected
    assert exceeded > 10


def test_a_change_is_gone_after_a_reset(household):
    values = {"kind": "expense", "amount": "3.50", "currency": "USD", "spent_on": "2017-10-15"}
    before = household.toolbox().total(Selection())
    household.toolbox().carry_out("0190f1d2-6f0e-7c3a-9d55-0a4d2c9b7e11", "add_expense", values)
    household.settle()
    assert household.toolbox().total(Selection()).count == before.count + 1
    household.reset()
    assert household.toolbox().total(Selection()) == before
