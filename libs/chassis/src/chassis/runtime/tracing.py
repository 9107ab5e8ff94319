"""Spans of traces, and where a process sends them. With tracing off they cost nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Protocol

Attributes = Mapping[str, str | int | bool]


class Kind(Enum):
    """The kind of a span, as in OpenTelemetry."""

    INTERNAL = "internal"
    SERVER = "server"
    CLIENT = "client"
    PRODUCER = "producer"
    CONSUMER = "consumer"


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """One finished piece of work. It must contain no personal data: ids only, never names, addresses or amounts."""

    service: str
    name: str
    kind: Kind
    trace_id: str
    span_id: str
    parent_id: str
    """Empty at the root."""
    started_ns: int
    ended_ns: int
    """System time since 1970."""
    attributes: Attributes
    failure: str = ""
    """A word for what went wrong; never an exception's text, which may contain user data."""


class Spans(Protocol):
    """Where the spans of a process go."""

    @property
    def on(self) -> bool:
        """Whether spans are recorded."""

    def chooses(self, trace_id: str) -> bool:
        """Return whether to record a trace that begins here; the same for a trace id in every process."""

    def record(self, span: Span) -> None:
        """Record a span. Never blocks or raises; spans are dropped if there is no room."""

    def close(self) -> None:
        """Send what is left, for two seconds at most."""


class NoSpans:
    """Records no spans."""

    on = False

    def chooses(self, trace_id: str) -> bool:  # noqa: ARG002  signature of the protocol
        return False

    def record(self, span: Span) -> None:
        """Drop it."""

    def close(self) -> None:
        """Do nothing."""


NO_SPANS = NoSpans()
