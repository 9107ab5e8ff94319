"""What happens to one message, the same on every transport."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from chassis import context
from chassis.bus.port import Never, Queue
from chassis.events import Event, EventError
from chassis.problems import UnavailableError

if TYPE_CHECKING:
    from chassis.metrics import Metrics

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


def attempt(queue: Queue, body: str | bytes, *, attempts: int, most_attempts: int, metrics: Metrics) -> Settled:
    """Try to handle a message for the `attempts`-th time; raises nothing."""
    kind, last = "unreadable", attempts >= most_attempts
    try:
        event = Event.from_json(body)
        kind = event.type
        settled = _handle(queue, event, last=last)
    except EventError as error:
        settled = Settled(Outcome.DEAD, str(error))
    except Exception as error:  # such as no file handle left for the schema, which says nothing about the message
        settled = _failed(error, last=last)
    metrics.events.labels(queue.name, kind, settled.outcome.value).inc()
    if settled.outcome is Outcome.DEAD:
        log.error("dead letter", extra={"queue": queue.name, "type": kind, "reason": settled.reason})
    return settled


def _handle(queue: Queue, event: Event, *, last: bool) -> Settled:
    token = context.current.set(context.follow(event.request_id, event.traceparent))
    try:
        queue.handler(event)
    except Never as error:
        return Settled(Outcome.DEAD, str(error))
    except Exception as error:  # whatever went wrong, the message must not get lost
        log.warning("event not handled", exc_info=error, extra={"queue": queue.name, "type": event.type, "event_id": event.id})
        return _failed(error, last=last)
    finally:
        context.current.reset(token)
    return Settled(Outcome.HANDLED)


def _failed(error: Exception, *, last: bool) -> Settled:
    # A store that is away says nothing about the message, however long it is away: nobody should have to replay it by hand.
    dead = last and not isinstance(error, UnavailableError)
    return Settled(Outcome.DEAD if dead else Outcome.RETRIED, f"{type(error).__name__}: {error}"[:500])
