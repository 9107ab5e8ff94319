"""The current request's or event's id and trace. Logs include them, and events carry them on."""

from __future__ import annotations

import re
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, replace

from chassis.runtime.tracing import NO_SPANS, Attributes, Kind, Span, Spans

# Ids of zeros only are invalid (W3C Trace Context, 3.2.2).
_TRACEPARENT = re.compile(r"00-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})")
_SAMPLED = 1


@dataclass(frozen=True, slots=True)
class Trace:
    """The original request's id, its trace (W3C Trace Context) and the open span."""

    request_id: str
    trace_id: str
    span_id: str
    parent_id: str = ""
    sampled: bool = False
    """Whether the trace's initiator wants it recorded."""
    service: str = ""
    spans: Spans = field(default=NO_SPANS, compare=False, repr=False)

    @property
    def traceparent(self) -> str:
        """The traceparent header for the next service."""
        return f"00-{self.trace_id}-{self.span_id}-{'01' if self.sampled else '00'}"

    @property
    def recorded(self) -> bool:
        return self.sampled and self.spans.on

    def inside(self) -> Trace:
        """Return the trace with a child span opened."""
        return replace(self, span_id=secrets.token_hex(8), parent_id=self.span_id)

    def record(self, name: str, kind: Kind, *, since: float | None = None, attributes: Attributes, failure: str = "") -> None:
        """Close the open span, which began at `since` (of `time.perf_counter`), or just now."""
        # The two clocks are read one right after the other, or a span could seem to begin after one inside it.
        ended, seconds = time.time_ns(), 0.0 if since is None else time.perf_counter() - since
        self.spans.record(
            Span(
                service=self.service,
                name=name,
                kind=kind,
                trace_id=self.trace_id,
                span_id=self.span_id,
                parent_id=self.parent_id,
                started_ns=ended - int(seconds * 1e9),
                ended_ns=ended,
                attributes=attributes,
                failure=failure,
            )
        )


current: ContextVar[Trace | None] = ContextVar("trace", default=None)


def follow(request_id: str, traceparent: str, *, service: str = "", spans: Spans = NO_SPANS) -> Trace:
    """Continue the trace of a traceparent, or start a new one, and open a span in it."""
    request_id, span_id = request_id or secrets.token_hex(16), secrets.token_hex(8)
    match = _TRACEPARENT.fullmatch(traceparent)
    if match:
        trace_id, parent_id, flags = match.groups()
        return Trace(request_id, trace_id, span_id, parent_id, bool(int(flags, 16) & _SAMPLED), service, spans)
    trace_id = secrets.token_hex(16)
    return Trace(request_id, trace_id, span_id, "", spans.chooses(trace_id), service, spans)


def written() -> str:
    """Return the current trace as text, for deferred work; empty if there is none."""
    trace = current.get()
    return f"{trace.request_id} {trace.traceparent}" if trace else ""


@contextmanager
def resumed(text: str, *, service: str = "", name: str = "resume", spans: Spans = NO_SPANS) -> Iterator[None]:
    """Continue a trace that was stored as text, in a span of this name."""
    request_id, _space, traceparent = text.partition(" ")
    with _open(follow(request_id, traceparent, service=service, spans=spans), name, Kind.INTERNAL, {}):
        yield


@contextmanager
def span(name: str, kind: Kind, attributes: Attributes) -> Iterator[None]:
    """Run a block in a child span; an exception marks it as failed."""
    trace = current.get()
    if trace is None or not trace.recorded:
        yield
        return
    with _open(trace.inside(), name, kind, attributes):
        yield


@contextmanager
def _open(trace: Trace, name: str, kind: Kind, attributes: Attributes) -> Iterator[None]:
    token, started, failure = current.set(trace), time.perf_counter(), ""
    try:
        yield
    except Exception as error:
        failure = type(error).__name__
        raise
    finally:
        current.reset(token)
        if trace.recorded:
            trace.record(name, kind, since=started, attributes=attributes, failure=failure)
