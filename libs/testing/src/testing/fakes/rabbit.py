"""Events and handlers for tests of the bus on RabbitMQ."""

from __future__ import annotations

from typing import Any

from chassis.messaging.events import Event
from chassis.runtime.ids import uuid7

USER = "0190f1d2-6f0e-7c3a-9d55-0a4d2c9b7e11"
KNOWN = {"a.one": ("user.deleted",)}


def left(**more: Any) -> Event:
    return Event(uuid7(), "/outlay/auth", "user.deleted", USER, "2026-11-22T10:00:00Z", {"user_id": USER}, **more)


class Got(list[str]):
    """A handler that keeps the ids that it gets."""

    def __call__(self, event: Event) -> None:
        self.append(event.id)
