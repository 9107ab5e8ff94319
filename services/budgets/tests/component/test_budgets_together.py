"""Events that are handled in one transaction: what comes of them is what comes of each alone."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from chassis.messaging.delivery import Outcome
from chassis.messaging.events import Event
from chassis.runtime.ids import uuid7
from support.budgets_world import COFFEE, MARIA, World, a_change, an_expense, make_world

OTTO = replace(MARIA, user_id=uuid7())
MADE_UP = frozenset({"id", "budget_id", "crossing_id"})
"""Members that are made up anew in each world."""


def an_event(change: dict[str, Any], *, kind: str = "recorded", second: int = 0, user_id: str = MARIA.user_id) -> Event:
    data = {"user_id": user_id, "import_id": None, "changes": [change]}
    moment, trace = f"2015-01-24T17:00:{second:02}Z", f"00-{second + 1:032x}-{second + 1:016x}-00"
    return Event(uuid7(), "/outlay/expenses", f"expense.{kind}", user_id, moment, data, trace, f"request-{second}")


def a_story() -> list[Event]:
    """Expenses of two people that cross thresholds up and down, and name other expenses as their cause."""
    first, second = uuid7(), uuid7()
    changes = [
        ("recorded", a_change(an_expense("150.00"), expense_id=first)),
        ("recorded", a_change(an_expense("20.00"), expense_id=second)),
        ("recorded", a_change(an_expense("90.00", category=COFFEE))),
        ("recorded", a_change(an_expense("40.00"))),
        ("changed", a_change(an_expense("1.00"), expense_id=second, version=2)),
        ("changed", a_change(an_expense("170.00"), expense_id=first, version=2)),
        ("removed", a_change(None, expense_id=first, version=3)),
        ("recorded", a_change(an_expense("500.00", category=None))),
    ]
    events = [
        an_event(change, kind=kind, second=second, user_id=user_id)
        for second, (kind, change) in enumerate(changes)
        for user_id in (MARIA.user_id, OTTO.user_id)
    ]
    return [*events, events[3], events[0]]


def with_budgets(path: Path) -> World:
    path.mkdir()
    world = make_world(path / "budgets.db")
    for world.caller in (OTTO, MARIA):
        world.create(category_ids=[])
        world.create(name="Food", category_ids=[])
        world.create(name="All", amount={"amount": "300.00", "currency": "USD"}, rollover="all")
    world.published()
    return world


def without_made_up(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: without_made_up(one) for name, one in value.items() if name not in MADE_UP}
    return [without_made_up(one) for one in value] if isinstance(value, list) else value


def told(published: list[Event], user_id: str) -> list[Any]:
    """What was published to somebody, with the moment and the trace of its cause."""
    events = [event for event in published if event.data["user_id"] == user_id]
    return [(event.type, event.time, event.request_id, event.traceparent[3:35], without_made_up(event.data)) for event in events]


@pytest.mark.parametrize("at_once", [3, 100])
def test_together_they_publish_what_they_publish_alone(tmp_path: Path, at_once: int) -> None:
    story, alone, together = a_story(), with_budgets(tmp_path / "alone"), with_budgets(tmp_path / "together")
    alone.deliver_together(story, at_once=1)
    assert {settled.outcome for settled in together.deliver_together(story, at_once=at_once)} == {Outcome.HANDLED}
    expected, published = alone.published(), together.published()
    for user_id in (MARIA.user_id, OTTO.user_id):
        assert told(published, user_id) == told(expected, user_id)
    assert {"budget.near", "budget.exceeded", "budget.recovered"} <= {event.type for event in published}


def test_one_that_fails_does_not_take_the_others_with_it(tmp_path: Path) -> None:
    world = with_budgets(tmp_path / "world")
    over, broken, near = a_change(an_expense("250.00")), a_change(an_expense("10.001")), a_change(an_expense("60.00"))
    events = [an_event(over), an_event(broken), an_event(near, user_id=OTTO.user_id), an_event(near)]
    outcomes = [settled.outcome for settled in world.deliver_together(events)]
    assert outcomes == [Outcome.HANDLED, Outcome.DEAD, Outcome.HANDLED, Outcome.HANDLED]
    assert [kind for kind, *_more in world.crossings()] == ["budget.exceeded", "budget.exceeded", "budget.near", "budget.exceeded"]


def test_what_was_handled_before_counts_once(tmp_path: Path) -> None:
    world = with_budgets(tmp_path / "world")
    event, other = an_event(a_change(an_expense("150.00"))), an_event(a_change(an_expense("20.00")))
    world.deliver(event)
    world.deliver_together([event, other, other])
    [shown] = world.call("GET", "budgets", params={"limit": 1}).json()["items"]
    assert shown["current"]["spent"]["amount"] == "170.00"
    assert len(world.published("budget.changed")) == 2 * 3  # by two events, of three budgets


def test_a_late_event_of_somebody_who_left_changes_nothing(tmp_path: Path) -> None:
    world = with_budgets(tmp_path / "world")
    world.user("user.deleted")
    late, other = an_event(a_change(an_expense("250.00"))), an_event(a_change(an_expense("250.00")), user_id=OTTO.user_id)
    assert {settled.outcome for settled in world.deliver_together([late, other])} == {Outcome.HANDLED}
    assert {event.data["user_id"] for event in world.published("budget.exceeded")} == {OTTO.user_id}
