"""An event from another service, as the use cases see it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class IncomingEvent:
    """`kind` is the event's type, `facts` its data as contracts/events describes it."""

    event_id: str
    kind: str
    facts: Mapping[str, Any]
    at: datetime
    """When its cause happened, which may be long before the event arrives."""

    @property
    def user_id(self) -> str:
        """Whose account an event of auth is about."""
        return str(self.facts["user_id"])

    @property
    def book_id(self) -> str:
        """Whose data the event is about: a book, which has the id of its owner. Events of version 0.1 have the owner's id alone."""
        return str(self.facts.get("book_id") or self.facts["user_id"])


EventHandlers = Mapping[str, Callable[[IncomingEvent], None]]
"""The use case for each type of event."""
