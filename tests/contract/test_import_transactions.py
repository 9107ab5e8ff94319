"""An import takes many short transactions and is still all or nothing, on any store, wherever its process is killed."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from chassis.runtime.ids import uuid7
from expenses.entries.draft import ExpensePatch
from expenses.entries.filter import ExpenseFilter
from expenses.errors import ImportInterruptedError, ImportRunningError, UnreadableFileError
from money import Money
from support.expense_steps import FILE, ROWS, DyingStore, KilledError, World, new_world
from testing.fakes.callers import a_caller
from testing.servers.stores import STORES, store_url


@pytest.fixture(params=STORES)
def world(request: pytest.FixtureRequest) -> Iterator[World]:
    with new_world(store_url(request, "expenses"), imported=False) as world:
        yield world


def test_others_can_write_during_an_import(world):
    others = []

    def another_person_spends() -> None:
        thread = threading.Thread(target=lambda: others.append(world.spend(a_caller(uuid7()))), daemon=True)
        thread.start()
        thread.join(60)

    world.rates.meanwhile = another_person_spends
    assert world.run()["imported"] == ROWS
    assert [one.amount for one in others] == [Money(480, "EUR")]


def test_nothing_is_published_before_all_rows_are_in(world):
    published = []
    world.rates.meanwhile = lambda: published.extend(world.events())
    world.run()
    assert published == []
    events = world.events()
    assert sum(len(event.data["changes"]) for event in events[:-1]) == ROWS
    assert events[-1].type == "import.completed"


@pytest.mark.parametrize("lives", [1, 2, 3, 4])
def test_an_import_that_is_killed_leaves_nothing(world, lives):
    with pytest.raises(KilledError):
        world.run(DyingStore(world.store, lives))
    world.finish_abandoned()
    assert world.events() == []
    assert world.left() == {"alembic_version": 1, "person": 1} or world.left() == {"person": 1}


def test_an_import_killed_after_its_last_row_is_published(world):
    with pytest.raises(KilledError):
        world.run(DyingStore(world.store, 5))
    assert world.count() == ROWS
    world.finish_abandoned()
    kinds = [event.type for event in world.events()]
    assert kinds == ["expense.recorded"] * 5 + ["import.completed"]


def test_the_same_request_after_a_crash_imports_once(world):
    with pytest.raises(KilledError):
        world.run(DyingStore(world.store, 3), key="k")
    world.is_abandoned()
    done = world.run(key="k")
    assert (done["imported"], done["duplicates"], done["categories_created"]) == (ROWS, 0, 1)
    assert world.run(key="k") == done
    assert world.count() == ROWS


def test_a_file_that_breaks_off_leaves_nothing(world):
    with pytest.raises(UnreadableFileError):
        world.run(file=FILE + '2026-01-01,"1.00')
    assert world.events() == []
    assert world.left().keys() <= {"alembic_version", "person"}


def test_a_category_of_a_failed_import_is_published_as_removed(world):
    with pytest.raises(UnreadableFileError):
        world.run(file=FILE + '2026-01-01,"1.00')
    world.events()
    made, removed = world.category_events
    assert (made.type, removed.type) == ("category.changed", "category.removed")
    [category] = made.data["categories"]
    assert removed.data == {
        "book_id": world.caller.user_id,
        "user_id": world.caller.user_id,
        "category_id": category["category_id"],
        "version": category["version"] + 1,
        "name": "Food",
        "colour": category["colour"],
        "parent": None,
        "moved_to": None,
    }


def test_a_category_that_is_used_meanwhile_outlives_a_failed_import(world):
    def spend_on_food() -> None:
        with world.store.read() as uow:
            [category] = uow.categories.all(uow.books.find(world.caller.user_id))
        world.spend(world.caller, category_id=category.id)

    world.rates.meanwhile = spend_on_food
    with pytest.raises(UnreadableFileError):
        world.run(file=FILE + '2026-01-01,"1.00')
    world.events()
    assert [event.type for event in world.category_events] == ["category.changed"]
    assert world.left()["category"] == 1


def test_an_entry_edited_meanwhile_is_removed_with_an_event(world):

    def edit() -> None:
        with world.store.read() as uow:
            first = uow.expenses.page(uow.books.find(world.caller.user_id), ExpenseFilter(), "spent_on", 1)[0]
        world.expenses().change(world.caller, first.id, 1, ExpensePatch(note="edited"))

    world.rates.meanwhile = edit
    with pytest.raises(KilledError):
        world.run(DyingStore(world.store, 3))
    world.finish_abandoned()
    changed, removed = world.events()
    assert (changed.type, removed.type) == ("expense.changed", "expense.removed")
    assert changed.data["changes"][0]["expense_id"] == removed.data["changes"][0]["expense_id"]
    assert world.count() == 0


def test_a_second_import_waits_and_then_says_so(world):
    refused, waited = [], []

    def import_too() -> None:
        world.is_at_work()
        with pytest.raises(ImportRunningError) as error:
            world.run(pause=waited.append)
        refused.append(str(error.value))

    world.rates.meanwhile = import_too
    assert world.run()["imported"] == ROWS
    assert "still running" in refused[0]
    assert sum(waited) == pytest.approx(20)


def test_an_import_that_another_process_reverted_does_not_go_on(world):
    def stand_still() -> None:
        world.finish_abandoned()

    world.rates.meanwhile = stand_still
    with pytest.raises(ImportInterruptedError):
        world.run()
    assert world.events() == []
    assert world.left().keys() <= {"alembic_version", "person"}


def test_a_killed_undo_is_finished(world):
    done = world.run()
    world.events()
    with pytest.raises(KilledError):
        world.imports(DyingStore(world.store, 2)).undo(world.caller, done["id"])
    assert 0 < world.count() < ROWS
    world.finish_abandoned()
    assert world.count() == 0
    *removed, undone = world.events()
    assert sum(len(event.data["changes"]) for event in removed) == ROWS
    assert undone.type == "import.undone"
    assert world.left().keys() <= {"alembic_version", "person", "import_run", "category"}
    assert world.run()["imported"] == ROWS
