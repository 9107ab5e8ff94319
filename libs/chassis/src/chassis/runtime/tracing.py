"""Spans: what a trace is made of, and where those of a process go. Off, they go nowhere and cost nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from chassis.runtime.settings import CommonSettings

Attributes = Mapping[str, str | int | bool]


class Kind(Enum):
    """Which end of a conversation a span is, as OpenTelemetry has it."""

    INTERNAL = "internal"
    SERVER = "server"
    CLIENT = "client"
    PRODUCER = "producer"
    CONSUMER = "consumer"


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """One piece of work, done. Nothing in it may be about a person: ids of things, never names, addresses or amounts."""

    service: str
    name: str
    kind: Kind
    trace_id: str
    span_id: str
    parent_id: str
    """Empty at the root."""
    started_ns: int
    ended_ns: int
    """Machine time, since 1970."""
    attributes: Attributes
    failure: str = ""
    """A word for what went wrong; never an exception's own text, which may hold what people wrote."""


class Spans(Protocol):
    """Takes the spans of a process."""

    @property
    def on(self) -> bool:
        """Whether they go anywhere."""

    def chooses(self, trace_id: str) -> bool:
        """Say whether a trace that begins here is one to record; the same for a trace id in every process."""

    def record(self, span: Span) -> None:
        """Take a span. Never waits and raises nothing; what there is no room for is dropped."""

    def close(self) -> None:
        """Hand over what is left, if that can be done within two seconds."""


class NoSpans:
    """Records nothing."""

    on = False

    def chooses(self, trace_id: str) -> bool:  # noqa: ARG002  the port's signature
        """Choose none."""
        return False

    def record(self, span: Span) -> None:
        """Drop it."""

    def close(self) -> None:
        """There is nothing left."""


NO_SPANS = NoSpans()


def traces_from(settings: CommonSettings) -> Spans:
    """Return where the settings send spans. Called once, by a composition root, which closes it at the end."""
    if not settings.traces:
        return NO_SPANS
    # OpenTelemetry takes a quarter of a second and 20 MB to import.
    from chassis.runtime.otlp import OtlpSpans

    return OtlpSpans(settings.traces, ratio=settings.traces_sample)
