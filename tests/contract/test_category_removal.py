"""Removing a category with many expenses takes short transactions, and is finished even if its process is killed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pytest

from chassis.runtime.idempotency import StoredResponse
from chassis.runtime.ids import uuid7
from expenses.entries.filter import ExpenseFilter
from expenses.errors import CategoryBusyError, CategoryNotFoundError
from support.expense_steps import ROWS, DyingStore, KilledError, World, new_world
from testing.fakes.callers import a_caller
from testing.servers.stores import STORES, store_url


@pytest.fixture(params=STORES)
def world(request: pytest.FixtureRequest) -> Iterator[World]:
    with new_world(store_url(request, "expenses"), imported=True) as world:
        yield world


class Home:
    """The categories of somebody who imported thousands of expenses of Food."""

    def __init__(self, world: World) -> None:
        self.world = world
        [self.food] = world.categories().all(world.caller)
        self.fun = world.categories().create(world.caller, "Fun", None, None, StoredResponse).body
        world.events()

    def remove(self, category, *, move_to="none", store=None, **more) -> None:
        self.world.categories(store, **more).remove(self.world.caller, category.id, category.version, move_to)

    def count(self, category) -> int:
        with self.world.store.read() as uow:
            return uow.expenses.count(uow.books.find(self.world.caller.user_id), ExpenseFilter(categories=(category.id,)))


def test_others_write_between_the_steps(world):
    home, seen = Home(world), []

    class Street(DyingStore):
        """A store in which another person writes between two transactions."""

        def _live(self) -> None:
            world.spend(a_caller(uuid7()))
            seen.append(home.count(home.food))

    home.remove(home.food, move_to=home.fun.id, store=Street(world.store, 0))
    assert sorted(set(seen), reverse=True) == [2250, 1250, 250]
    assert (home.count(home.food), home.count(home.fun)) == (0, ROWS)


def test_each_expense_is_published_once_and_the_removal_last(world):
    home = Home(world)
    home.remove(home.food, move_to=home.fun.id)
    moved, removed = world.events(), world.category_events[-1]
    told = Counter(change["expense_id"] for event in moved for change in event.data["changes"])
    assert (len(told), set(told.values())) == (ROWS, {1})
    assert {event.data["category_moved"]["to"] for event in moved} == {home.fun.id}
    assert removed.id > moved[-1].id
    assert removed.data == {
        "book_id": world.caller.user_id,
        "user_id": world.caller.user_id,
        "category_id": home.food.id,
        "version": 2,
        "name": "Food",
        "colour": home.food.colour,
        "parent": None,
        "moved_to": home.fun.id,
    }
    assert world.left().get("import_job") is None


def test_a_removal_that_is_killed_is_finished(world):
    home = Home(world)
    with pytest.raises(KilledError):
        home.remove(home.food, move_to=home.fun.id, store=DyingStore(world.store, 3))
    assert 0 < home.count(home.food) < ROWS
    world.finish_abandoned()
    assert (home.count(home.food), home.count(home.fun)) == (0, ROWS)
    assert [category.name for category in world.categories().all(world.caller)] == ["Fun"]
    assert sum(len(event.data["changes"]) for event in world.events()) == ROWS


def test_an_expense_added_meanwhile_moves_too(world):
    home = Home(world)
    with pytest.raises(KilledError):
        home.remove(home.food, store=DyingStore(world.store, 3))
    world.spend(world.caller, category_id=home.food.id)
    world.finish_abandoned()
    assert home.count(home.food) == 0
    assert world.count() == ROWS + 1


def test_the_same_removal_sent_again_helps_to_finish_it(world):
    home = Home(world)
    with pytest.raises(KilledError):
        home.remove(home.food, move_to=home.fun.id, store=DyingStore(world.store, 3))
    with pytest.raises(CategoryNotFoundError):
        home.remove(home.food, move_to=home.fun.id)
    assert home.count(home.fun) == ROWS


def test_a_removal_waits_for_an_import_and_then_says_so(world):
    home, waited, refused = Home(world), [], []

    def remove_too() -> None:
        world.is_at_work()
        with pytest.raises(CategoryBusyError) as error:
            home.remove(home.food, pause=waited.append)
        refused.append(str(error.value))

    world.rates.meanwhile = remove_too
    file = "date,amount,currency,payee,category\n2026-02-01,1.00,EUR,Shop,Food\n2026-02-02,1.00,GBP,Shop,Food\n"
    world.run(file=file)
    assert "still running" in refused[0]
    assert sum(waited) == pytest.approx(20)


def test_a_category_with_few_expenses_goes_in_one_transaction(world):
    home = Home(world)
    world.spend(world.caller, category_id=home.fun.id)
    home.remove(home.fun, store=DyingStore(world.store, 1))
    assert [category.name for category in world.categories().all(world.caller)] == ["Food"]
