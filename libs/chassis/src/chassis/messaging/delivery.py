"""Handling one message, the same on every transport."""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum
from typing import TYPE_CHECKING

from chassis.messaging.bus import Queue, Reject
from chassis.messaging.events import Event, EventError, NewerEventError
from chassis.runtime import context
from chassis.runtime.problems import UnavailableError
from chassis.runtime.tracing import Kind

if TYPE_CHECKING:
    from chassis.runtime.metrics import Metrics

log = logging.getLogger("outlay.events")


class Outcome(Enum):
    """What becomes of a message after an attempt."""

    HANDLED = "handled"
    RETRIED = "retried"
    DEAD = "dead"


@dataclass(frozen=True)
class Settled:
    """An outcome with its reason."""

    outcome: Outcome
    reason: str = ""


def attempt(
    queue: Queue, body: str | bytes, *, attempts: int, most_attempts: int, metrics: Metrics, system: str = "outlay"
) -> Settled:
    """Handle a message for the `attempts`-th time; raises nothing. `system` is the transport's name in traces."""
    kind, last = "unreadable", attempts >= most_attempts
    try:
        event = Event.from_json(body)
        kind = event.type
        settled = _handle(queue, event, last=last, metrics=metrics, system=system)
    except NewerEventError as error:
        # During a rolling upgrade, a newer replica may get it next.
        settled = Settled(Outcome.DEAD if last else Outcome.RETRIED, str(error))
    except EventError as error:
        settled = Settled(Outcome.DEAD, str(error))
    except Exception as error:  # not the message's fault, such as a schema file that cannot be opened
        settled = _failed(error, last=last)
    metrics.events.labels(queue.name, kind, settled.outcome.value).inc()
    if settled.outcome is Outcome.DEAD:
        log.error("dead letter", extra={"queue": queue.name, "type": kind, "reason": settled.reason})
    return settled


def erased_user_in(queue: Queue, body: str | bytes) -> str | None:
    """Return the user whose data must be erased after this message; None if it is not an erasure event."""
    if not queue.erasure_events:
        return None
    event = Event.from_trusted_json(body if isinstance(body, str) else body.decode())
    return str(event.data["user_id"]) if event.type in queue.erasure_events else None


def _handle(queue: Queue, event: Event, *, last: bool, metrics: Metrics, system: str) -> Settled:
    service = queue.name.partition(".")[0]
    trace = context.follow(event.request_id, event.traceparent, service=service, spans=metrics.spans)
    token, started = context.current.set(trace), time.perf_counter()
    try:
        settled = _settle(queue, event, last=last)
    finally:
        context.current.reset(token)
    if trace.recorded:
        _record(trace, queue, event, settled, system=system, since=started)
    if settled.outcome is Outcome.HANDLED:
        age = (datetime.now(UTC) - event.occurred_at).total_seconds()
        metrics.delivery.labels(queue.name).observe(max(0.0, age))
    return settled


def _record(trace: context.Trace, queue: Queue, event: Event, settled: Settled, *, system: str, since: float) -> None:
    attributes = {
        "messaging.system": system,
        "messaging.operation.type": "process",
        "messaging.destination.name": queue.name,
        "messaging.message.id": event.id,
        "outlay.event_type": event.type,
        "outlay.outcome": settled.outcome.value,
        "outlay.request_id": event.request_id,
    }
    failure = "" if settled.outcome is Outcome.HANDLED else settled.outcome.value
    trace.record(f"process {queue.name}", Kind.CONSUMER, since=since, attributes=attributes, failure=failure)


def _settle(queue: Queue, event: Event, *, last: bool) -> Settled:
    try:
        queue.handler(event)
    except Reject as error:
        return Settled(Outcome.DEAD, str(error))
    except Exception as error:  # whatever went wrong, the message must not be lost
        log.warning("event not handled", exc_info=error, extra={"queue": queue.name, "type": event.type, "event_id": event.id})
        return _failed(error, last=last)
    return Settled(Outcome.HANDLED)


def _failed(error: Exception, *, last: bool) -> Settled:
    # An unreachable store is not the message's fault, so it is retried for as long as that lasts.
    dead = last and not isinstance(error, UnavailableError)
    return Settled(Outcome.DEAD if dead else Outcome.RETRIED, f"{type(error).__name__}: {error}"[:500])
