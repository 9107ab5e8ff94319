"""What the present request or event is: its id and its place in a trace. Logs read it, events carry it on."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

_TRACEPARENT = re.compile(r"00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})")


@dataclass(frozen=True, slots=True)
class Trace:
    """The request that started it all and the trace it belongs to (W3C Trace Context)."""

    request_id: str
    trace_id: str
    span_id: str

    @property
    def traceparent(self) -> str:
        """The header for the next in line."""
        return f"00-{self.trace_id}-{self.span_id}-01"


current: ContextVar[Trace | None] = ContextVar("trace", default=None)


def follow(request_id: str, traceparent: str) -> Trace:
    """Go on with a trace that somebody started, or start one if there is none."""
    match = _TRACEPARENT.fullmatch(traceparent)
    trace_id = match.group(1) if match else secrets.token_hex(16)
    return Trace(request_id or secrets.token_hex(16), trace_id, secrets.token_hex(8))


def written() -> str:
    """Return the present trace as text, for work that is put off; empty if there is none."""
    trace = current.get()
    return f"{trace.request_id} {trace.traceparent}" if trace else ""


@contextmanager
def resumed(text: str) -> Iterator[None]:
    """Go on with a trace that was written down."""
    request_id, _space, traceparent = text.partition(" ")
    token = current.set(follow(request_id, traceparent))
    try:
        yield
    finally:
        current.reset(token)
