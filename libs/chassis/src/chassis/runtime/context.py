"""What the present request or event is: its id and its place in a trace. Logs read it, events carry it on."""

from __future__ import annotations

import re
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, replace

from chassis.runtime.tracing import NO_SPANS, Attributes, Kind, Span, Spans

# Ids of nothing but zeros are no ids (W3C Trace Context, 3.2.2).
_TRACEPARENT = re.compile(r"00-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})")
_SAMPLED = 1


@dataclass(frozen=True, slots=True)
class Trace:
    """The request that started it all, the trace it belongs to (W3C Trace Context) and the span that is open in it."""

    request_id: str
    trace_id: str
    span_id: str
    parent_id: str = ""
    sampled: bool = False
    """Whether whoever began the trace wants it recorded."""
    service: str = ""
    spans: Spans = field(default=NO_SPANS, compare=False, repr=False)

    @property
    def traceparent(self) -> str:
        """The header for the next in line."""
        return f"00-{self.trace_id}-{self.span_id}-{'01' if self.sampled else '00'}"

    @property
    def recorded(self) -> bool:
        """Whether its spans go anywhere."""
        return self.sampled and self.spans.on

    def inside(self) -> Trace:
        """Return the trace with a span opened inside the present one."""
        return replace(self, span_id=secrets.token_hex(8), parent_id=self.span_id)

    def record(self, name: str, kind: Kind, *, since: float | None = None, attributes: Attributes, failure: str = "") -> None:
        """Close the open span, which began when `time.perf_counter` gave `since`, or just now."""
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
    """Go on with a trace that somebody started, or start one if there is none, with a span opened in it."""
    request_id, span_id = request_id or secrets.token_hex(16), secrets.token_hex(8)
    match = _TRACEPARENT.fullmatch(traceparent)
    if match:
        trace_id, parent_id, flags = match.groups()
        return Trace(request_id, trace_id, span_id, parent_id, bool(int(flags, 16) & _SAMPLED), service, spans)
    trace_id = secrets.token_hex(16)
    return Trace(request_id, trace_id, span_id, "", spans.chooses(trace_id), service, spans)


def written() -> str:
    """Return the present trace as text, for work that is put off; empty if there is none."""
    trace = current.get()
    return f"{trace.request_id} {trace.traceparent}" if trace else ""


@contextmanager
def resumed(text: str, *, service: str = "", name: str = "resume", spans: Spans = NO_SPANS) -> Iterator[None]:
    """Go on with a trace that was written down, in a span of this name."""
    request_id, _space, traceparent = text.partition(" ")
    with _open(follow(request_id, traceparent, service=service, spans=spans), name, Kind.INTERNAL, {}):
        yield


@contextmanager
def span(name: str, kind: Kind, attributes: Attributes) -> Iterator[None]:
    """Do something in a span inside the present one; whatever is raised counts as its failure."""
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
