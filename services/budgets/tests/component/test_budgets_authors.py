"""Somebody sets a budget in a book that is not their own."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from chassis.messaging.events import Event
from chassis.runtime.ids import uuid7
from support.budgets_world import MARIA, World, a_change, an_expense

OTTO = replace(MARIA, user_id=uuid7(), book=MARIA.user_id)


def parties(events: list[Event]) -> set[tuple[str, str]]:
    return {(event.book_id, event.data["user_id"]) for event in events}


def test_a_budget_names_its_author_and_is_one_of_the_book(world: World, tmp_path: Path) -> None:
    budget = world.create()
    theirs = replace(world, caller=OTTO).create(name="Coffee")
    assert {each["id"] for each in world.call("GET", "budgets").json()["items"]} == {budget["id"], theirs["id"]}
    world.change(theirs, name="Tea")
    with closing(sqlite3.connect(tmp_path / "budgets.db")) as connection:
        assert connection.execute("SELECT name, author FROM budget ORDER BY id").fetchall() == [
            ("Groceries", None),
            ("Tea", OTTO.user_id),
        ]


def test_events_of_budgets_say_who_acted(world: World) -> None:
    otto = replace(world, caller=OTTO)
    budget = otto.create()
    assert parties(world.published()) == {(MARIA.user_id, OTTO.user_id)}
    otto.remove(budget)
    assert parties(world.published()) == {(MARIA.user_id, OTTO.user_id)}


def recorded_by(user_id: str, amount: str) -> Event:
    changes = [a_change(an_expense(amount))]
    data = {"book_id": MARIA.user_id, "user_id": user_id, "import_id": None, "changes": changes}
    return Event(uuid7(), "/outlay/expenses", "expense.recorded", MARIA.user_id, "2015-01-24T18:00:00Z", data)


def test_a_crossing_names_whoever_recorded_the_expense(world: World) -> None:
    world.create()
    world.published()
    world.deliver(recorded_by(OTTO.user_id, "300.00"))
    told = world.published()
    assert "budget.exceeded" in {event.type for event in told}
    assert parties(told) == {(MARIA.user_id, OTTO.user_id)}


def test_events_handled_together_name_each_author(world: World) -> None:
    world.create(thresholds=[80])
    world.published()
    world.deliver_together([recorded_by(OTTO.user_id, "170.00"), recorded_by(MARIA.user_id, "100.00")])
    [near, exceeded] = world.published("budget.near", "budget.exceeded")
    assert (near.type, near.data["user_id"]) == ("budget.near", OTTO.user_id)
    assert (exceeded.type, exceeded.data["user_id"]) == ("budget.exceeded", MARIA.user_id)
