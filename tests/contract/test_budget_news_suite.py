"""What every store of budgets must do with what it hears of categories, home currencies and imports."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from budgets.adapters.sql import SqlStore
from budgets.domain.budget import Budget, Rollover
from budgets.domain.category import Category
from budgets.domain.conversion import Conversion
from budgets.domain.crossing import Crossing, Tip
from budgets.domain.expense import Scope
from budgets.domain.import_progress import ImportProgress
from budgets.domain.ports import Store
from budgets.domain.schedule import Cycle, Period, Schedule
from chassis.messaging.events import event_maker
from chassis.runtime.clock import system_clock
from chassis.runtime.ids import uuid7
from chassis.storage.database import Database
from chassis.storage.migrations import migrate
from money import Money
from support.stores import STORES, store_url

USER, OTHER = uuid7(), uuid7()
FOOD, FUN = uuid7(), uuid7()
MOMENT = datetime(2015, 1, 24, 18, tzinfo=UTC)


@pytest.fixture(params=STORES)
def store(request: pytest.FixtureRequest) -> Iterator[Store]:
    database = Database(store_url(request, "budgets"))
    migrate(database, "budgets")
    yield SqlStore(database, event_maker("budgets", system_clock, uuid7))
    database.close()


def test_of_a_category_the_newest_version_is_kept(store: Store) -> None:
    with store.write(USER) as work:
        work.categories.keep(USER, [Category(FOOD, 2, removed=True, moved_to=FUN), Category(FUN, 1)])
        work.categories.keep(USER, [Category(FOOD, 1), Category(FUN, 2)])
    with store.read() as view:
        assert view.categories.of(USER, [FOOD, FUN, USER]) == {
            FOOD: Category(FOOD, 2, removed=True, moved_to=FUN),
            FUN: Category(FUN, 2),
        }
        assert view.categories.of(OTHER, [FOOD]) == {}
        assert view.categories.foreign(OTHER, [FOOD, USER]) == {FOOD}
        assert view.categories.foreign(USER, [FOOD]) == set()


def test_all_categories_are_known_of_those_of_whom_that_is_noted(store: Store) -> None:
    with store.write(USER) as work:
        work.categories.note_complete(USER)
    with store.read() as view:
        assert (view.categories.complete(USER), view.categories.complete(OTHER)) == (True, False)


def test_changes_of_the_home_currency_come_back_in_order(store: Store) -> None:
    first = Conversion(2, "USD", "EUR", Decimal("0.8923"), heard=1, expected=3)
    second = Conversion(5, "EUR", "KWD", None, heard=2)
    with store.write(USER) as work:
        for change in (second, first, replace(first, applied=True)):
            work.conversions.keep(USER, change)
        work.conversions.keep(USER, second)
    with store.read() as view:
        assert view.conversions.of(USER) == [replace(first, applied=True), second]
        assert view.conversions.of(OTHER) == []


def test_an_import_is_found_until_it_is_removed(store: Store) -> None:
    progress = ImportProgress(FOOD, MOMENT, heard=500, expected=990, facts={"filename": "ä.csv"})
    with store.write(USER) as work:
        work.imports.keep(USER, replace(progress, heard=1))
        work.imports.keep(USER, progress)
        work.imports.keep(USER, progress)
        assert work.imports.get(USER, FOOD) == progress
        assert work.imports.get(OTHER, FOOD) is None
        work.imports.keep(USER, replace(progress, undone=True))
        assert work.imports.get(USER, FOOD) == replace(progress, undone=True)
    assert (USER, FOOD) in store.stale_imports(MOMENT + timedelta(seconds=1))
    assert (USER, FOOD) not in store.stale_imports(MOMENT)
    with store.write(USER) as work:
        work.imports.remove(USER, FOOD)
        assert work.imports.get(USER, FOOD) is None


def test_the_crossings_of_an_import_and_the_state_of_a_budget_come_back(store: Store) -> None:
    budget = Budget(
        id=uuid7(),
        user_id=USER,
        name="Food",
        scope=Scope("USD", (FOOD, FUN)),
        amount=Money(20000, "USD"),
        schedule=Schedule(Cycle.MONTHLY, date(2015, 1, 1)),
        thresholds=(80, 100),
        rollover=Rollover.NONE,
        version=1,
        created_at=MOMENT,
        has_gone=True,
        awaiting=True,
    )
    crossing = Crossing(
        id=uuid7(),
        budget_id=budget.id,
        period=Period(date(2015, 1, 1), date(2015, 1, 31)),
        threshold=100,
        tip=Tip(None, 1),
        currency="USD",
        announced=True,
        at=MOMENT,
        import_id=FUN,
    )
    with store.write(USER) as work:
        work.budgets.add(budget)
        work.crossings.open(USER, [crossing, replace(crossing, id=uuid7(), threshold=80, import_id=None)])
        assert work.crossings.of_import(USER, FUN) == [crossing]
        assert work.crossings.of_import(OTHER, FUN) == []
        work.crossings.close(USER, [crossing])
        told = replace(crossing, import_id=None, told_in=FUN)
        work.crossings.open(USER, [told])
        assert (work.crossings.told_in(USER, FUN), work.crossings.of_import(USER, FUN)) == ([told], [])
        assert work.crossings.told_in(OTHER, FUN) == []
        assert work.budgets.get(USER, budget.id) == budget
