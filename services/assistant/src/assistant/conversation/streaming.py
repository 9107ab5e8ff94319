"""Sends answers as server-sent events: a `block` for each block, then `answer`, or `problem` if it fails midway."""

from __future__ import annotations

import contextvars
import json
import logging
from collections.abc import Callable, Generator, Iterator, Mapping
from typing import Any

from assistant.conversation.model import Block
from assistant.conversation.service import Answer
from chassis.runtime import context
from chassis.runtime.problems import body_of

log = logging.getLogger("outlay.assistant")

EVENT_STREAM = "text/event-stream"
HEADERS = {"Content-Type": EVENT_STREAM, "X-Accel-Buffering": "no"}


def wants_events(accept: str) -> bool:
    """Return whether the client prefers events to one JSON answer."""
    kinds = [part.partition(";")[0].strip().lower() for part in accept.split(",")]
    first = next((kind for kind in kinds if kind in (EVENT_STREAM, "application/json", "application/*", "*/*")), "")
    return first == EVENT_STREAM


def events(items: Iterator[Block | Answer], view: Callable[[Answer], Mapping[str, Any]]) -> Iterator[bytes]:
    """Yield the events of an answer.

    Each event may be fetched by another thread with its own context, but a span must end in the context that it began in.
    """
    steps, own_context = _events(items, view), contextvars.copy_context()
    try:
        while (event := own_context.run(next, steps, None)) is not None:
            yield event
    finally:
        own_context.run(steps.close)


def _events(items: Iterator[Block | Answer], view: Callable[[Answer], Mapping[str, Any]]) -> Generator[bytes]:
    try:
        for item in items:
            yield _event("answer", view(item)) if isinstance(item, Answer) else _event("block", item)
    except Exception as error:  # the status was already sent
        trace = context.current.get()
        log.error("an answer broke off", extra={"kind": type(error).__name__})
        yield _event("problem", body_of(error, {}, trace.request_id if trace else "")[1])


def _event(name: str, data: Mapping[str, Any]) -> bytes:
    return f"event: {name}\ndata: {json.dumps(data, separators=(',', ':'), ensure_ascii=False)}\n\n".encode()
