"""What every store of budgets must do. Another adapter is another parameter of `store`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from budgets.adapters.sql import SqlStore, chassis, metadata
from budgets.domain.budget import Budget, Rollover
from budgets.domain.crossing import Crossing, Tip
from budgets.domain.errors import DepartedError
from budgets.domain.expense import NO_CATEGORY, Entry, Expense, Scope, Slot
from budgets.domain.ports import Owner, Store
from budgets.domain.schedule import Cycle, Period, Schedule
from chassis.messaging.events import event_maker
from chassis.runtime.clock import system_clock
from chassis.runtime.ids import uuid7
from chassis.runtime.problems import KeyReusedError
from chassis.storage.database import Database
from chassis.storage.migrations import migrate
from chassis.storage.outbox import SqlOutbox
from money import Money
from support.stores import STORES, store_url

USER, OTHER = uuid7(), uuid7()
FOOD, FUN = uuid7(), uuid7()
ALL, ALL_EUROS = Scope("USD", ()), Scope("EUR", ())
JANUARY = Period(date(2015, 1, 1), date(2015, 1, 31))


@dataclass
class Kept:
    """A store, and the outbox that shows what it announced."""

    store: Store
    outbox: SqlOutbox
    database: Database


@pytest.fixture(params=STORES)
def kept(request: pytest.FixtureRequest) -> Iterator[Kept]:
    database = Database(store_url(request, "budgets"))
    migrate(database, "budgets")
    store = SqlStore(database, event_maker("budgets", system_clock, uuid7))
    yield Kept(store, SqlOutbox(database, chassis.outbox, owner="test"), database)
    database.close()


@pytest.fixture
def store(kept: Kept) -> Store:
    return kept.store


def an_expense(minor: int = 500, day: str = "2015-01-10", category: str = FOOD, currency: str = "USD", **changes: Any) -> Expense:
    made = Expense(uuid7(), date.fromisoformat(day), category, Money(minor, currency), Money(minor, currency), "Onion")
    return replace(made, **changes)


def post(store: Store, *expenses: Expense, user: str = USER) -> None:
    sums: dict[Slot, int] = {}
    for expense in expenses:
        sums[expense.slot] = sums.get(expense.slot, 0) + expense.home.minor
    with store.write(user) as work:
        work.ledger.post(user, new=[Entry(expense.id, 1, expense) for expense in expenses], changed=[], sums=sums)


def a_budget(name: str = "Food", **changes: Any) -> Budget:
    made = Budget(
        id=uuid7(),
        user_id=USER,
        name=name,
        scope=Scope("USD", (FOOD, FUN)),
        amount=Money(20000, "USD"),
        schedule=Schedule(Cycle.MONTHLY, date(2015, 1, 25)),
        thresholds=(80, 100),
        rollover=Rollover.UNSPENT,
        version=3,
        created_at=datetime(2015, 1, 1, 9, 0, 0, 123456, tzinfo=UTC),
    )
    return replace(made, **changes)


def a_crossing(budget: Budget, expense: Expense | None, **changes: Any) -> Crossing:
    made = Crossing(
        id=uuid7(),
        budget_id=budget.id,
        period=JANUARY,
        threshold=100,
        tip=Tip(expense, 20825),
        currency="USD",
        announced=True,
        at=datetime(2015, 1, 24, 18, tzinfo=UTC),
    )
    return replace(made, **changes)


def add(store: Store, *budgets: Budget) -> None:
    for budget in budgets:
        with store.write(budget.user_id) as work:
            work.budgets.add(budget)


class TestLedger:
    def test_returns_what_was_posted(self, store: Store) -> None:
        foreign = an_expense(amount=Money(1000, "JPY"), payee="寿司", category_id=NO_CATEGORY)
        gone = Entry(uuid7(), 4, None)
        post(store, foreign)
        with store.write(USER) as work:
            work.ledger.post(USER, new=[gone], changed=[], sums={})
            found = work.ledger.entries(USER, {foreign.id, gone.expense_id, uuid7()})
        assert found == {foreign.id: Entry(foreign.id, 1, foreign), gone.expense_id: gone}

    def test_replaces_what_was_known(self, store: Store) -> None:
        expense = an_expense()
        post(store, expense)
        with store.write(USER) as work:
            work.ledger.post(USER, new=[], changed=[Entry(expense.id, 2, None)], sums={expense.slot: -500})
        with store.read() as view:
            assert view.ledger.entries(USER, {expense.id})[expense.id] == Entry(expense.id, 2, None)
            assert view.ledger.expenses_on(USER, ALL, {expense.day}) == {expense.day: []}
            assert view.ledger.by_day(USER, ALL) == {}
            assert view.ledger.first_day(USER, ALL) is None

    def test_adds_up_days_by_scope(self, store: Store) -> None:
        post(
            store,
            an_expense(1),
            an_expense(20, category=FUN),
            an_expense(300, category=NO_CATEGORY),
            an_expense(4000, currency="EUR"),
            an_expense(50000, day="2015-01-31"),
            an_expense(600000, day="2015-02-01"),
        )
        post(store, an_expense(7), user=OTHER)
        with store.read() as view:
            assert view.ledger.total(USER, ALL, JANUARY) == 50321
            assert view.ledger.total(USER, Scope("USD", (FOOD, FUN)), JANUARY) == 50021
            assert view.ledger.total(USER, ALL_EUROS, JANUARY) == 4000
            assert view.ledger.total(USER, Scope("USD", (uuid7(),)), JANUARY) == 0
            days = view.ledger.by_day(USER, ALL)
            assert days == {date(2015, 1, 10): 321, date(2015, 1, 31): 50000, date(2015, 2, 1): 600000}
            assert list(days) == sorted(days)
            assert view.ledger.by_day(USER, ALL, date(2015, 1, 11), date(2015, 1, 31)) == {date(2015, 1, 31): 50000}
            assert view.ledger.first_day(USER, Scope("USD", (FUN,))) == date(2015, 1, 10)
            assert view.ledger.first_day(uuid7(), ALL) is None

    def test_sums_grow_and_shrink_and_vanish_at_zero(self, store: Store) -> None:
        slot = an_expense().slot
        for minor, left in ((500, 500), (-200, 300), (-300, None), (7, 7)):
            with store.write(USER) as work:
                work.ledger.post(USER, new=[], changed=[], sums={slot: minor})
                assert work.ledger.by_day(USER, ALL).get(slot.day) == left

    def test_the_expenses_of_a_day_come_in_the_order_of_their_ids(self, store: Store) -> None:
        first, second, third = an_expense(1), an_expense(2), an_expense(3)
        post(store, third, first, second, an_expense(4, category=FUN), an_expense(5, day="2015-01-11"))
        with store.read() as view:
            found = view.ledger.expenses_on(USER, Scope("USD", (FOOD,)), {first.day, date(2015, 1, 12)})
        assert found == {first.day: [first, second, third], date(2015, 1, 12): []}

    def test_takes_a_thousand_at_once(self, store: Store) -> None:
        many = [an_expense(number, day=f"20{number % 90 + 10}-01-{number % 28 + 1:02}") for number in range(1, 1001)]
        post(store, *many)
        with store.read() as view:
            assert len(view.ledger.entries(USER, {expense.id for expense in many})) == 1000
            assert sum(view.ledger.by_day(USER, ALL).values()) == 500500
            found = view.ledger.expenses_on(USER, ALL, {expense.day for expense in many})
        assert sum(map(len, found.values())) == 1000

    def test_counts_large_money(self, store: Store) -> None:
        post(store, an_expense(10**15 - 1), an_expense(10**15 - 1))
        with store.read() as view:
            assert view.ledger.total(USER, ALL, JANUARY) == 2 * 10**15 - 2


class TestBudgets:
    def test_returns_what_was_added(self, store: Store) -> None:
        full = a_budget(scope=Scope("USD", tuple(uuid7() for _ in range(100))), thresholds=(*range(10, 100, 10), 100))
        plain = a_budget(name="Ünïcode 🥕" * 10, scope=Scope("USD", ()), rollover=Rollover.NONE)
        add(store, full, plain, replace(full, user_id=OTHER, id=uuid7()))
        with store.read() as view:
            assert view.budgets.get(USER, full.id) == full
            assert view.budgets.get(OTHER, full.id) is None
            assert sorted(view.budgets.all(USER), key=lambda budget: budget.id) == sorted([full, plain], key=lambda b: b.id)

    def test_replaces_and_removes_with_its_crossings(self, store: Store) -> None:
        budget, other = a_budget(), a_budget()
        add(store, budget, other)
        with store.write(USER) as work:
            work.crossings.open(USER, [a_crossing(budget, None), a_crossing(other, None)])
            work.budgets.replace(replace(budget, name="Fun", version=4))
            assert work.budgets.get(USER, budget.id) == replace(budget, name="Fun", version=4)
            work.budgets.remove(USER, budget.id)
            assert work.budgets.all(USER) == [other]
            assert [crossing.budget_id for crossing in work.crossings.of(USER, [budget.id, other.id])] == [other.id]

    def test_pages_by_name_without_regard_to_case(self, store: Store) -> None:
        add(store, *(a_budget(name) for name in ("b", "A", "a", "C", "ẞ" * 100)))
        with store.read() as view:
            found, after = [], None
            while rows := view.budgets.page(USER, limit=2, after=after):
                found += [budget.name for _position, budget in rows]
                after = rows[-1][0]
        assert found == ["A", "a", "b", "C", "ẞ" * 100]


class TestCrossings:
    def test_returns_what_is_open_within_some_days(self, store: Store) -> None:
        budget = a_budget()
        january = a_crossing(budget, an_expense(1132, amount=Money(900, "EUR")))
        february = a_crossing(budget, None, period=Period(date(2015, 2, 1), date(2015, 2, 28)), announced=False, threshold=80)
        with store.write(USER) as work:
            work.crossings.open(USER, [january, february])
        with store.read() as view:
            assert set(view.crossings.of(USER, [budget.id])) == {january, february}
            assert view.crossings.of(USER, [budget.id], date(2015, 1, 2), date(2015, 2, 1)) == [february]
            assert view.crossings.of(OTHER, [budget.id]) == view.crossings.of(USER, [uuid7()]) == []

    def test_at_most_one_is_open_for_a_budget_period_and_threshold(self, store: Store) -> None:
        budget = a_budget()
        first, second = a_crossing(budget, None), a_crossing(budget, None)
        with store.write(USER) as work:
            work.crossings.open(USER, [first])
        with pytest.raises(Exception, match=r"(?i)unique|duplicate"), store.write(USER) as work:
            work.crossings.open(USER, [second])
        with store.write(USER) as work:
            work.crossings.close(USER, [first])
            work.crossings.open(USER, [second])
            assert work.crossings.of(USER, [budget.id]) == [second]


class TestPeople:
    def test_newer_versions_win_whatever_comes_first(self, store: Store) -> None:
        with store.write(USER) as work:
            assert work.people.time_zone(USER) == "UTC"
            work.people.meet(Owner(USER, "USD", "Asia/Tokyo"))
            assert work.people.time_zone(USER) == "Asia/Tokyo"
            work.people.update(USER, time_zone="Europe/Berlin", version=2)
            work.people.update(USER, time_zone="Europe/Paris", version=1)
            work.people.meet(Owner(USER, "USD", "Asia/Tokyo"))
            assert work.people.time_zone(USER) == "Europe/Berlin"

    def test_who_is_forgotten_cannot_be_written_for_again(self, store: Store) -> None:
        budget = a_budget()
        post(store, an_expense())
        post(store, an_expense(), user=OTHER)
        add(store, budget)
        with store.write(USER) as work:
            work.crossings.open(USER, [a_crossing(budget, None)])
            work.people.update(USER, time_zone="Asia/Tokyo", version=1)
            work.people.forget(USER)
        with store.read() as view:
            assert view.budgets.all(USER) == view.crossings.of(USER, [budget.id]) == []
            assert view.ledger.by_day(USER, ALL) == {}
            assert view.people.time_zone(USER) == "UTC"
            assert view.ledger.total(OTHER, ALL, JANUARY) == 500
        with pytest.raises(DepartedError), store.write(USER):
            pass


class TestWork:
    def test_what_fails_leaves_nothing_behind(self, kept: Kept) -> None:
        event_id = uuid7()
        with pytest.raises(RuntimeError), kept.store.write(USER) as work:
            assert work.first_time(event_id)
            work.budgets.add(a_budget())
            work.announce("budget.removed", "b", {"user_id": USER, "budget_id": "b"})
            raise RuntimeError
        with kept.store.write(USER) as work:
            assert work.budgets.all(USER) == []
            assert work.first_time(event_id)
            assert not work.first_time(event_id)
        assert kept.outbox.claim(10) == []

    def test_what_is_announced_goes_out_in_order(self, kept: Kept) -> None:
        with kept.store.write(USER) as work:
            work.announce("budget.removed", "a", {"user_id": USER, "budget_id": "a"})
            work.announce("budget.removed", "b", {"user_id": USER, "budget_id": "b"})
        assert [event.subject for event in kept.outbox.claim(10)] == ["a", "b"]

    def test_an_action_under_a_key_is_carried_out_once(self, store: Store) -> None:
        done = []
        for _time in range(2):
            with store.write(USER) as work:
                assert work.once("key", {"a": 1}, lambda: done.append(1) or {"n": 1}) == {"n": 1}
        assert done == [1]
        with pytest.raises(KeyReusedError), store.write(USER) as work:
            work.once("key", {"a": 2}, dict)


def test_migrations_make_the_tables_that_the_code_declares(kept: Kept) -> None:
    with kept.database.read() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []
