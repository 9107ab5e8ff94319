"""An undone import withdraws its summary: a budget that is exceeded without it is published once, alone."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

from chassis.messaging.events import Event
from chassis.runtime.ids import uuid7
from support.budgets_imports import IMPORT, a_batch, completed, published_alone
from support.budgets_world import MARIA, World, a_change, an_expense, make_world, usd


def undone() -> Event:
    data = {"user_id": MARIA.user_id, "import_id": IMPORT, "filename": "bank.csv"}
    return Event(uuid7(), "/outlay/expenses", "import.undone", IMPORT, "2015-01-24T19:00:00Z", data)


def gone(change: dict[str, Any]) -> Event:
    return a_batch(a_change(None, expense_id=change["expense_id"], version=2), kind="expense.removed")


def imported(world: World, amount: str) -> dict[str, Any]:
    change = a_change(an_expense(amount))
    world.deliver(a_batch(change))
    world.deliver(completed(1))
    return change


def undo(world: World, change: dict[str, Any]) -> None:
    world.deliver(gone(change))
    world.deliver(undone())


def test_exceeded_without_the_undone_import_is_published_alone(world: World) -> None:
    budget = world.create()
    brought = imported(world, "220.00")
    later = world.spend("210.00", payee="Later")
    assert published_alone(world) == []
    undo(world, brought)
    (event,) = published_alone(world)
    assert (event.type, event.data["spent"], event.data["expense"]["expense_id"]) == ("budget.exceeded", usd("210.00"), later)
    assert world.periods(budget)[0]["tipped_by"]["expense_id"] == later


def test_it_is_published_once_even_if_exceeded_again(world: World) -> None:
    world.create()
    brought = imported(world, "220.00")
    later = world.spend("210.00")
    world.spend("205.00")
    undo(world, brought)
    (event,) = published_alone(world)
    world.deliver(undone())
    world.post(a_change(None, expense_id=later, version=2), kind="expense.removed")
    assert world.published("budget.near", "budget.exceeded", "budget.recovered") == []
    world.change(world.get({"id": event.subject}), amount=usd("900.00"))
    (recovered,) = world.published("budget.recovered")
    assert recovered.data["crossing_id"] == event.data["crossing_id"]


def test_near_without_the_undone_import_is_published_alone(world: World) -> None:
    world.create(thresholds=[80, 100])
    brought = imported(world, "220.00")
    world.spend("170.00")
    undo(world, brought)
    (event,) = published_alone(world)
    assert (event.type, event.data["spent"]) == ("budget.near", usd("170.00"))
    world.change(world.get({"id": event.subject}), amount=usd("900.00"))
    assert world.crossings() == [("budget.recovered", 80, "2015-01-01")]


def test_a_crossing_published_alone_is_not_published_again(world: World) -> None:
    world.create(thresholds=[80, 100])
    brought = imported(world, "170.00")
    world.spend("210.00")
    assert [event.type for event in published_alone(world)] == ["budget.exceeded"]
    undo(world, brought)
    assert published_alone(world) == []


def test_until_the_import_is_undone_its_summary_is_enough(world: World) -> None:
    world.create()
    brought = imported(world, "220.00")
    world.spend("210.00")
    world.post(a_change(None, expense_id=brought["expense_id"], version=2), kind="expense.removed")
    assert published_alone(world) == []
    world.deliver(undone())
    assert len(published_alone(world)) == 1


def test_an_undone_import_is_published_once_in_any_order(tmp_path: Path) -> None:
    for number, order in enumerate(itertools.permutations(range(5))):
        world = make_world(tmp_path / f"{number}.db")
        world.create()
        brought, later = a_change(an_expense("220.00")), a_change(an_expense("210.00"))
        single = {"user_id": MARIA.user_id, "import_id": None, "changes": [later]}
        events = [
            a_batch(brought),
            completed(1),
            Event(uuid7(), "/outlay/expenses", "expense.recorded", MARIA.user_id, "2015-01-24T18:30:00Z", single),
            gone(brought),
            undone(),
        ]
        for which in order:
            world.deliver(events[which])
        world.at("2015-01-24T20:00:00Z")
        world.service.clean_up()
        events = world.published()
        recovered = {event.data["crossing_id"] for event in events if event.type == "budget.recovered"}
        crossed = [event.data for event in events if event.type == "budget.exceeded"]
        left = [data for data in crossed if data["import_id"] is None and data["crossing_id"] not in recovered]
        assert len(left) == 1, order
        world.service.close()
