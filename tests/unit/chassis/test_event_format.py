"""Events as text."""

from __future__ import annotations

import pytest

from chassis.messaging.events import Event, EventError
from chassis.runtime.ids import uuid7


def test_an_event_is_read_as_it_was_written() -> None:
    event = Event(
        uuid7(),
        "/outlay/auth",
        "user.deleted",
        "s",
        "2026-11-22T10:00:00Z",
        {"user_id": uuid7()},
        "00-" + "a" * 32 + "-" + "b" * 16 + "-01",
        "r",
    )
    assert Event.from_json(event.to_json()) == event


@pytest.mark.parametrize(
    "text", [b"\xff\xfe", "", "[]", "{}", '{"type": "user.exploded"}', '{"type": 5}', '{"type": "user.deleted", "data": {}}']
)
def test_an_invalid_event_is_refused(text) -> None:
    with pytest.raises(EventError):
        Event.from_json(text)
