"""What every store of budgets must do. Another adapter is another parameter of `store`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from budgets.errors import BudgetNotFoundError, DepartedError
from budgets.model import NO_CATEGORY, Budget, Expense, ExpenseVersion, Rollover, Scope, SpendingKey
from budgets.periods import Cycle, Period, Schedule
from budgets.tables import metadata, shared
from budgets.unit_of_work import BudgetsStore, BudgetsUnitOfWork
from chassis.messaging.events import event_maker
from chassis.runtime.clock import system_clock
from chassis.runtime.idempotency import IdempotencyKey, StoredResponse
from chassis.runtime.ids import uuid7
from chassis.runtime.problems import KeyReusedError
from chassis.storage.database import Database
from chassis.storage.migrations import migrate
from chassis.storage.outbox import SqlOutbox
from money import Money
from support.budget_builders import FOOD, FUN, JANUARY, OTHER, USER, a_budget, a_crossing, an_expense
from support.budgets_store import locked
from testing.servers.stores import STORES, store_url

ALL = Scope("USD", ())


@dataclass
class Kept:
    """A store, and the outbox with its events."""

    store: BudgetsStore
    outbox: SqlOutbox
    database: Database


@pytest.fixture(params=STORES)
def kept(request: pytest.FixtureRequest) -> Iterator[Kept]:
    database = Database(store_url(request, "budgets"))
    migrate(database, "budgets")
    store = BudgetsStore(database, event_maker("budgets", system_clock, uuid7))
    yield Kept(store, SqlOutbox(database, shared.outbox, owner="test"), database)
    database.close()


@pytest.fixture
def store(kept: Kept) -> BudgetsStore:
    return kept.store


def post(store: BudgetsStore, *expenses: Expense, user: str = USER) -> None:
    sums: dict[SpendingKey, int] = {}
    for expense in expenses:
        sums[expense.key] = sums.get(expense.key, 0) + expense.home_amount.minor
    with locked(store, user) as uow:
        uow.spending.record(user, new=[ExpenseVersion(expense.id, 1, expense) for expense in expenses], replaced=[], sums=sums)


def add(store: BudgetsStore, *budgets: Budget) -> None:
    for budget in budgets:
        with locked(store, budget.book_id) as uow:
            uow.budgets.add(budget)


def counting(*category_ids: str, currency: str = "USD", book_id: str = USER) -> Budget:
    """A budget on these categories, or on all, whose period 0 is JANUARY."""
    scope, schedule = Scope(currency, category_ids), Schedule(Cycle.MONTHLY, JANUARY.first)
    return a_budget(book_id=book_id, scope=scope, amount=Money(1, currency), schedule=schedule, rollover=Rollover.NONE)


def in_january(uow: BudgetsUnitOfWork, budget: Budget) -> int:
    return uow.spending.of(budget, [0]).spent[0]


class TestSpending:
    def test_returns_the_recorded_versions(self, store: BudgetsStore) -> None:
        foreign = an_expense(amount=Money(1000, "JPY"), payee="寿司", category_id=NO_CATEGORY)
        gone = ExpenseVersion(uuid7(), 4, None)
        post(store, foreign)
        with locked(store, USER) as uow:
            uow.spending.record(USER, new=[gone], replaced=[], sums={})
            found = uow.spending.versions(USER, {foreign.id, gone.expense_id, uuid7()})
        assert found == {foreign.id: ExpenseVersion(foreign.id, 1, foreign), gone.expense_id: gone}

    def test_replaces_a_known_version(self, store: BudgetsStore) -> None:
        expense = an_expense()
        post(store, expense)
        with locked(store, USER) as uow:
            uow.spending.record(USER, new=[], replaced=[ExpenseVersion(expense.id, 2, None)], sums={expense.key: -500})
        with store.read() as uow:
            assert uow.spending.versions(USER, {expense.id})[expense.id] == ExpenseVersion(expense.id, 2, None)
            assert uow.spending.expenses_on(USER, ALL, {expense.day}) == {expense.day: []}
            assert uow.spending.by_day(counting()) == {}
            assert uow.spending.first_day(counting()) is None

    def test_adds_up_days_by_scope(self, store: BudgetsStore) -> None:
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
        with store.read() as uow:
            assert in_january(uow, counting()) == 50321
            assert in_january(uow, counting(FOOD, FUN)) == 50021
            assert in_january(uow, counting(currency="EUR")) == 4000
            assert in_january(uow, counting(uuid7())) == 0
            days = uow.spending.by_day(counting())
            assert days == {date(2015, 1, 10): 321, date(2015, 1, 31): 50000, date(2015, 2, 1): 600000}
            assert list(days) == sorted(days)
            assert uow.spending.by_day(counting(), date(2015, 1, 11), date(2015, 1, 31)) == {date(2015, 1, 31): 50000}
            assert uow.spending.first_day(counting(FUN)) == date(2015, 1, 10)
            assert uow.spending.first_day(counting(book_id=uuid7())) is None

    def test_sums_grow_and_shrink_and_vanish_at_zero(self, store: BudgetsStore) -> None:
        key = an_expense().key
        for minor, left in ((500, 500), (-200, 300), (-300, None), (7, 7)):
            with locked(store, USER) as uow:
                uow.spending.record(USER, new=[], replaced=[], sums={key: minor})
                assert uow.spending.by_day(counting()).get(key.day) == left

    def test_the_expenses_of_a_day_come_in_the_order_of_their_ids(self, store: BudgetsStore) -> None:
        first, second, third = an_expense(1), an_expense(2), an_expense(3)
        post(store, third, first, second, an_expense(4, category=FUN), an_expense(5, day="2015-01-11"))
        with store.read() as uow:
            found = uow.spending.expenses_on(USER, Scope("USD", (FOOD,)), {first.day, date(2015, 1, 12)})
        assert found == {first.day: [first, second, third], date(2015, 1, 12): []}

    def test_takes_a_thousand_at_once(self, store: BudgetsStore) -> None:
        many = [an_expense(number, day=f"20{number % 90 + 10}-01-{number % 28 + 1:02}") for number in range(1, 1001)]
        post(store, *many)
        with store.read() as uow:
            assert len(uow.spending.versions(USER, {expense.id for expense in many})) == 1000
            assert sum(uow.spending.by_day(counting()).values()) == 500500
            found = uow.spending.expenses_on(USER, ALL, {expense.day for expense in many})
        assert sum(map(len, found.values())) == 1000

    def test_counts_large_money(self, store: BudgetsStore) -> None:
        post(store, an_expense(10**15 - 1), an_expense(10**15 - 1))
        with store.read() as uow:
            assert in_january(uow, counting()) == 2 * 10**15 - 2


class TestBudgets:
    def test_returns_what_was_added(self, store: BudgetsStore) -> None:
        full = a_budget(scope=Scope("USD", tuple(uuid7() for _ in range(100))), thresholds=(*range(10, 100, 10), 100))
        plain = a_budget(name="Ünïcode 🥕" * 10, scope=Scope("USD", ()), rollover=Rollover.NONE)
        add(store, full, plain, replace(full, book_id=OTHER, id=uuid7()))
        with store.read() as uow:
            assert uow.budgets.get(USER, full.id) == full
            with pytest.raises(BudgetNotFoundError):
                uow.budgets.get(OTHER, full.id)
            assert sorted(uow.budgets.all(USER), key=lambda budget: budget.id) == sorted([full, plain], key=lambda b: b.id)

    def test_replaces_and_removes_with_its_crossings(self, store: BudgetsStore) -> None:
        budget, other = a_budget(), a_budget()
        add(store, budget, other)
        with locked(store, USER) as uow:
            uow.crossings.open(USER, [a_crossing(budget, None), a_crossing(other, None)])
            uow.budgets.replace(replace(budget, name="Fun", version=4))
            assert uow.budgets.get(USER, budget.id) == replace(budget, name="Fun", version=4)
            uow.budgets.remove(USER, budget.id)
            assert uow.budgets.all(USER) == [other]
            assert [len(uow.crossings.of_budget(each)) for each in (budget, other)] == [0, 1]

    def test_pages_by_name_without_regard_to_case(self, store: BudgetsStore) -> None:
        add(store, *(a_budget(name) for name in ("b", "A", "a", "C", "ẞ" * 100)))
        with store.read() as uow:
            found, after = [], None
            while rows := uow.budgets.page(USER, limit=2, after=after):
                found += [budget.name for _position, budget in rows]
                after = rows[-1][0]
        assert found == ["A", "a", "b", "C", "ẞ" * 100]


class TestCrossings:
    def test_returns_open_crossings_of_some_days(self, store: BudgetsStore) -> None:
        budget = a_budget()
        january = a_crossing(budget, an_expense(1132, amount=Money(900, "EUR")))
        february = a_crossing(budget, None, period=Period(date(2015, 2, 1), date(2015, 2, 28)), announced=False, threshold=80)
        with locked(store, USER) as uow:
            uow.crossings.open(USER, [january, february])
        with store.read() as uow:
            assert set(uow.crossings.of_budget(budget)) == {january, february}
            assert uow.crossings.of_budget(budget, date(2015, 1, 2), date(2015, 2, 1)) == [february]
            assert uow.crossings.of_budget(replace(budget, book_id=OTHER)) == uow.crossings.of_budget(a_budget()) == []

    def test_at_most_one_is_open_for_a_budget_period_and_threshold(self, store: BudgetsStore) -> None:
        budget = a_budget()
        first, second = a_crossing(budget, None), a_crossing(budget, None)
        with locked(store, USER) as uow:
            uow.crossings.open(USER, [first])
        with pytest.raises(Exception, match=r"(?i)unique|duplicate"), locked(store, USER) as uow:
            uow.crossings.open(USER, [second])
        with locked(store, USER) as uow:
            uow.crossings.close(USER, [first])
            uow.crossings.open(USER, [second])
            assert uow.crossings.of_budget(budget) == [second]


class TestBooks:
    def test_newer_versions_win_whatever_comes_first(self, store: BudgetsStore) -> None:
        with locked(store, USER) as uow:
            assert uow.books.time_zone(USER) == "UTC"
            uow.books.remember_time_zone(USER, "Asia/Tokyo")
            assert uow.books.time_zone(USER) == "Asia/Tokyo"
            uow.books.update_time_zone(USER, "Europe/Berlin", version=2)
            uow.books.update_time_zone(USER, "Europe/Paris", version=1)
            uow.books.remember_time_zone(USER, "Asia/Tokyo")
            assert uow.books.time_zone(USER) == "Europe/Berlin"

    def test_an_erased_book_cannot_be_written_again(self, store: BudgetsStore) -> None:
        budget = a_budget()
        post(store, an_expense())
        post(store, an_expense(), user=OTHER)
        add(store, budget)
        with locked(store, USER) as uow:
            uow.crossings.open(USER, [a_crossing(budget, None)])
            uow.books.update_time_zone(USER, "Asia/Tokyo", version=1)
            uow.books.erase(USER)
        with store.read() as uow:
            assert uow.budgets.all(USER) == uow.crossings.of_budget(budget) == []
            assert uow.spending.by_day(counting()) == {}
            assert uow.books.time_zone(USER) == "UTC"
            assert in_january(uow, counting(book_id=OTHER)) == 500
        with pytest.raises(DepartedError), locked(store, USER):
            pass


class TestUnitOfWork:
    def test_a_failed_unit_of_work_leaves_nothing(self, kept: Kept) -> None:
        event_id = uuid7()
        with pytest.raises(RuntimeError), locked(kept.store, USER) as uow:
            assert uow.mark_handled(event_id)
            uow.budgets.add(a_budget())
            uow.publish("budget.removed", "b", {"user_id": USER, "budget_id": "b"})
            raise RuntimeError
        with locked(kept.store, USER) as uow:
            assert uow.budgets.all(USER) == []
            assert uow.mark_handled(event_id)
            assert not uow.mark_handled(event_id)
        assert kept.outbox.claim(10) == []

    def test_events_are_published_in_order(self, kept: Kept) -> None:
        with locked(kept.store, USER) as uow:
            uow.publish("budget.removed", "a", {"user_id": USER, "budget_id": "a"})
            uow.publish("budget.removed", "b", {"user_id": USER, "budget_id": "b"})
        assert [event.subject for event in kept.outbox.claim(10)] == ["a", "b"]

    def test_an_action_under_a_key_is_carried_out_once(self, store: BudgetsStore) -> None:
        done = []
        response = StoredResponse({"n": 1}, 201, {"ETag": "1"})
        for _time in range(2):
            with locked(store, USER) as uow:
                key = IdempotencyKey.of(USER, "key", "createBudget", {"a": 1})
                assert uow.idempotent(key, lambda: done.append(1) or response) == response
        assert done == [1]
        with pytest.raises(KeyReusedError), locked(store, USER) as uow:
            uow.idempotent(IdempotencyKey.of(USER, "key", "createBudget", {"a": 2}), lambda: response)


def test_migrations_create_the_tables_that_the_code_declares(kept: Kept) -> None:
    with kept.database.read() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []
