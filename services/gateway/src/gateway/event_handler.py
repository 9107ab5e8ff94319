"""Handles the events that the gateway listens to: updates open pages and forgets service tokens that are out of date."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gateway.event_stream import SHOWN, EventStreams
from gateway.service_tokens import ServiceTokenCache

CHANGING_ACCESS = frozenset({"book.changed", "user.access_revoked", "user.changed", "user.deleted"})
"""Events after which cached service tokens may be out of date."""
PATTERNS = (*(f"{prefix}#" for prefix in SHOWN), *sorted(CHANGING_ACCESS))
"""The routing keys that a gateway subscribes to."""


class EventHandler:
    """Handles events. May be called from any thread."""

    def __init__(self, streams: EventStreams, service_tokens: ServiceTokenCache) -> None:
        self._streams, self._service_tokens = streams, service_tokens

    def __call__(self, kind: str, data: Mapping[str, Any]) -> None:
        if kind in CHANGING_ACCESS:
            whose = data.get("book_id") or data["user_id"]  # the same id, since a book has that of its owner
            self._service_tokens.forget(whose)
            self._streams.check_sessions(whose)
        else:
            self._streams.send(kind, data)

    def catch_up(self) -> None:
        """Start afresh, since events may have been missed."""
        self._service_tokens.forget_all()
        self._streams.refresh()
