"""Documents: everything that auth stores, each saved as a whole and guarded by its revision."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any


@dataclass(frozen=True, kw_only=True, slots=True)
class PendingEvent:
    """An event that is stored in the document whose change it reports, until it is published."""

    id: str
    at: float
    """When it was stored, in seconds since 1970 by the machine's time."""
    text: str
    """The event as JSON."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Lease:
    """Which relay is publishing a document's events, and until when no other relay may."""

    owner: str
    until: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Document:
    """One document. There are no transactions over several documents, so its events are inside it."""

    id: str
    kind: str
    body: Mapping[str, Any] = field(repr=False)
    user_id: str = ""
    """Whose it is."""
    expires_at: float | None = None
    """When it, or something in it, expires; indexed."""
    outbox: tuple[PendingEvent, ...] = ()
    lease: Lease | None = None
    revision: str = ""
    """Set by the store; empty for a document that was never saved."""
    marks: tuple[str, ...] = field(default=(), repr=False, compare=False)
    """By which a store recognises its last saves after a lost response; set by the store."""

    def with_events(self, *events: PendingEvent) -> Document:
        """Return the document with more events, which any relay may publish."""
        if not events:
            return self
        return replace(self, outbox=(*self.outbox, *events), lease=None)
