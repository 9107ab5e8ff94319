"""How every store of budgets handles events about categories, home currencies and imports."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from budgets.categories.model import Category
from budgets.conversions.model import Conversion
from budgets.imports.model import ImportProgress
from budgets.model import Budget, Crossing, Rollover, Scope, Trigger
from budgets.periods import Cycle, Period, Schedule
from budgets.unit_of_work import BudgetsStore
from chassis.messaging.events import event_maker
from chassis.runtime.clock import system_clock
from chassis.runtime.ids import uuid7
from chassis.storage.database import Database
from chassis.storage.migrations import migrate
from money import Money
from support.budgets_store import locked
from testing.servers.stores import STORES, store_url

USER, OTHER = uuid7(), uuid7()
FOOD, FUN = uuid7(), uuid7()
MOMENT = datetime(2015, 1, 24, 18, tzinfo=UTC)


@pytest.fixture(params=STORES)
def store(request: pytest.FixtureRequest) -> Iterator[BudgetsStore]:
    database = Database(store_url(request, "budgets"))
    migrate(database, "budgets")
    yield BudgetsStore(database, event_maker("budgets", system_clock, uuid7))
    database.close()


def test_the_newest_version_of_a_category_is_kept(store: BudgetsStore) -> None:
    with locked(store, USER) as uow:
        uow.categories.save(USER, [Category(FOOD, 2, removed=True, moved_to=FUN), Category(FUN, 1)])
        uow.categories.save(USER, [Category(FOOD, 1), Category(FUN, 2)])
    with store.read() as uow:
        assert uow.categories.of(USER, [FOOD, FUN, USER]) == {
            FOOD: Category(FOOD, 2, removed=True, moved_to=FUN),
            FUN: Category(FUN, 2),
        }
        assert uow.categories.of(OTHER, [FOOD]) == {}
        assert uow.categories.foreign(OTHER, [FOOD, USER]) == {FOOD}
        assert uow.categories.foreign(USER, [FOOD]) == set()


def test_a_book_with_all_categories_known_is_marked(store: BudgetsStore) -> None:
    with locked(store, USER) as uow:
        uow.categories.mark_complete(USER)
    with store.read() as uow:
        assert (uow.categories.complete(USER), uow.categories.complete(OTHER)) == (True, False)


def test_changes_of_the_home_currency_come_back_in_order(store: BudgetsStore) -> None:
    first = Conversion(2, "USD", "EUR", Decimal("0.8923"), received=1, expected=3)
    second = Conversion(5, "EUR", "KWD", None, received=2)
    with locked(store, USER) as uow:
        for change in (second, first, replace(first, applied=True)):
            uow.conversions.save(USER, change)
        uow.conversions.save(USER, second)
    with store.read() as uow:
        assert uow.conversions.of(USER) == [replace(first, applied=True), second]
        assert uow.conversions.of(OTHER) == []


def test_an_import_is_found_until_it_is_removed(store: BudgetsStore) -> None:
    progress = ImportProgress(FOOD, MOMENT, received=500, expected=990, facts={"filename": "ä.csv"})
    with locked(store, USER) as uow:
        uow.imports.save(USER, replace(progress, received=1))
        uow.imports.save(USER, progress)
        uow.imports.save(USER, progress)
        assert uow.imports.get(USER, FOOD) == progress
        assert uow.imports.get(OTHER, FOOD) is None
        uow.imports.save(USER, replace(progress, undone=True))
        assert uow.imports.get(USER, FOOD) == replace(progress, undone=True)
    with store.read() as uow:
        assert (USER, FOOD) in uow.imports.stale(MOMENT + timedelta(seconds=1))
        assert (USER, FOOD) not in uow.imports.stale(MOMENT)
    with locked(store, USER) as uow:
        uow.imports.remove(USER, FOOD)
        assert uow.imports.get(USER, FOOD) is None


def test_the_crossings_of_an_import_and_the_state_of_a_budget_come_back(store: BudgetsStore) -> None:
    budget = Budget(
        id=uuid7(),
        book_id=USER,
        name="Food",
        scope=Scope("USD", (FOOD, FUN)),
        amount=Money(20000, "USD"),
        schedule=Schedule(Cycle.MONTHLY, date(2015, 1, 1)),
        thresholds=(80, 100),
        rollover=Rollover.NONE,
        version=1,
        created_at=MOMENT,
        has_missing_categories=True,
        awaits_conversion=True,
    )
    crossing = Crossing(
        id=uuid7(),
        budget_id=budget.id,
        period=Period(date(2015, 1, 1), date(2015, 1, 31)),
        threshold=100,
        trigger=Trigger(None, 1),
        currency="USD",
        announced=True,
        at=MOMENT,
        import_id=FUN,
    )
    with locked(store, USER) as uow:
        uow.budgets.add(budget)
        uow.crossings.open(USER, [crossing, replace(crossing, id=uuid7(), threshold=80, import_id=None)])
        assert uow.crossings.of_import(USER, FUN) == [crossing]
        assert uow.crossings.of_import(OTHER, FUN) == []
        uow.crossings.close(USER, [crossing])
        told = replace(crossing, import_id=None, reported_in=FUN)
        uow.crossings.open(USER, [told])
        assert (uow.crossings.reported_in(USER, FUN), uow.crossings.of_import(USER, FUN)) == ([told], [])
        assert uow.crossings.reported_in(OTHER, FUN) == []
        assert uow.budgets.get(USER, budget.id) == budget
