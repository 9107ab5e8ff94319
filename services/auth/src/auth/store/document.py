"""Documents: all that auth keeps, each one saved as a whole and guarded by its revision."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any


@dataclass(frozen=True, kw_only=True, slots=True)
class PendingEvent:
    """An event that is stored in the document whose change it tells of, until it is sent."""

    id: str
    at: float
    """When it was stored, in seconds since 1970 by the machine's time."""
    text: str
    """The event as JSON."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Lease:
    """Which relay is sending a document's events, and until when no other one may."""

    owner: str
    until: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Document:
    """One document. A store without transactions over several documents keeps it, so its events are inside it."""

    id: str
    kind: str
    body: Mapping[str, Any] = field(repr=False)
    user_id: str = ""
    """Whose it is."""
    expires_at: float | None = None
    """When it, or something in it, may be forgotten; indexed."""
    outbox: tuple[PendingEvent, ...] = ()
    lease: Lease | None = None
    revision: str = ""
    """Given by the store; empty for a document that was never saved."""
    marks: tuple[str, ...] = field(default=(), repr=False, compare=False)
    """By which a store that may lose answers knows its last saves again; given by the store."""

    def announcing(self, *events: PendingEvent) -> Document:
        """Return it with more events to send; any relay may take it then."""
        if not events:
            return self
        return replace(self, outbox=(*self.outbox, *events), lease=None)
