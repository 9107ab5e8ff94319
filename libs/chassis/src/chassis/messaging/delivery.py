"""Handling messages, the same on every transport."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
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
    from collections.abc import Callable

    from chassis.runtime.metrics import Metrics

log = logging.getLogger("outlay.events")

MOST_TOGETHER = 50
"""The most messages that are handled in one transaction."""
_MOST_BYTES_TOGETHER = 200_000
"""The most that they have together, since who else wants to write may have to wait for all of them."""
GATHER_SECONDS = 0.01
"""How long a queue with transactions rests after each, so that under load the next has more events: commits cost the most."""


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


@dataclass(frozen=True, slots=True)
class Message:
    """A message in hand; it is tried for the `attempts`-th time."""

    body: str | bytes
    attempts: int


_HANDLED = Settled(Outcome.HANDLED)


class Delivery:
    """Hands the messages of one queue to its handler."""

    def __init__(self, queue: Queue, *, most_attempts: int, metrics: Metrics, system: str = "outlay") -> None:
        """`system` is the transport's name in traces."""
        self._queue, self._most_attempts, self._metrics, self._system = queue, most_attempts, metrics, system

    def attempt_all(self, messages: Sequence[Message], *, stopping: Callable[[], bool]) -> Iterator[Settled]:
        """Handle messages, together where that is possible; raises nothing.

        Yield what becomes of each, in their order, as soon as that is certain. Those that were not begun when `stopping` are left.
        """
        for portion in _portions(messages):
            if self._handled_together(portion):
                yield from [_HANDLED] * len(portion)
            else:
                for message in portion:
                    yield self.attempt(message)
                    if stopping():
                        return
            if stopping():
                return

    def attempt(self, message: Message) -> Settled:
        """Handle one message; raises nothing."""
        kind, last = "unreadable", message.attempts >= self._most_attempts
        try:
            event = Event.from_json(message.body)
            kind = event.type
            settled = self._handle(event, last=last)
        except NewerEventError as error:
            # During a rolling upgrade, a newer replica may get it next.
            settled = Settled(Outcome.DEAD if last else Outcome.RETRIED, str(error))
        except EventError as error:
            settled = Settled(Outcome.DEAD, str(error))
        except Exception as error:  # not the message's fault, such as a schema file that cannot be opened
            settled = _failed(error, last=last)
        self._metrics.events.labels(self._queue.name, kind, settled.outcome.value).inc()
        if settled.outcome is Outcome.DEAD:
            log.error("dead letter", extra={"queue": self._queue.name, "type": kind, "reason": settled.reason})
        return settled

    def _handled_together(self, messages: Sequence[Message]) -> bool:
        """Handle messages in one transaction; False if that is impossible or failed, and nothing of it was kept."""
        # One that failed before goes alone, so that it does not fail the others again.
        if self._queue.transaction is None or len(messages) == 1 or any(message.attempts > 1 for message in messages):
            return False
        handled: list[tuple[context.Trace, Event, float]] = []
        try:
            events = [Event.from_json(message.body) for message in messages]
            with self._queue.transaction() as handler:
                # In the order of their books, which they lock: two processes that took them in other orders would be in each
                # other's way. Those of one book stay in theirs.
                for event in sorted(events, key=lambda event: event.book_id):
                    with self._followed(event) as trace:
                        handled.append((trace, event, time.perf_counter()))
                        handler(event)
        except Exception as error:
            log.info("events are handled one by one", extra={"queue": self._queue.name, "reason": type(error).__name__})
            return False
        for trace, event, started in handled:
            self._metrics.events.labels(self._queue.name, event.type, Outcome.HANDLED.value).inc()
            self._note(trace, event, _HANDLED, since=started)
        return True

    def _handle(self, event: Event, *, last: bool) -> Settled:
        started = time.perf_counter()
        with self._followed(event) as trace:
            settled = self._settle(event, last=last)
        self._note(trace, event, settled, since=started)
        return settled

    def _settle(self, event: Event, *, last: bool) -> Settled:
        try:
            self._queue.handler(event)
        except Reject as error:
            return Settled(Outcome.DEAD, str(error))
        except Exception as error:  # whatever went wrong, the message must not be lost
            extra = {"queue": self._queue.name, "type": event.type, "event_id": event.id}
            log.warning("event not handled", exc_info=error, extra=extra)
            return _failed(error, last=last)
        return _HANDLED

    @contextmanager
    def _followed(self, event: Event) -> Iterator[context.Trace]:
        """Continue the event's trace."""
        service = self._queue.name.partition(".")[0]
        trace = context.follow(event.request_id, event.traceparent, service=service, spans=self._metrics.spans)
        token = context.current.set(trace)
        try:
            yield trace
        finally:
            context.current.reset(token)

    def _note(self, trace: context.Trace, event: Event, settled: Settled, *, since: float) -> None:
        """Record the span of a message, and how long it was on its way."""
        if trace.recorded:
            attributes = {
                "messaging.system": self._system,
                "messaging.operation.type": "process",
                "messaging.destination.name": self._queue.name,
                "messaging.message.id": event.id,
                "outlay.event_type": event.type,
                "outlay.outcome": settled.outcome.value,
                "outlay.request_id": event.request_id,
            }
            failure = "" if settled.outcome is Outcome.HANDLED else settled.outcome.value
            trace.record(f"process {self._queue.name}", Kind.CONSUMER, since=since, attributes=attributes, failure=failure)
        if settled.outcome is Outcome.HANDLED:
            age = (datetime.now(UTC) - event.occurred_at).total_seconds()
            self._metrics.delivery.labels(self._queue.name).observe(max(0.0, age))


def erased_user_in(queue: Queue, body: str | bytes) -> str | None:
    """Return the user whose data must be erased after this message; None if it is not an erasure event."""
    if not queue.erasure_events:
        return None
    event = Event.from_trusted_json(body if isinstance(body, str) else body.decode())
    return str(event.data["user_id"]) if event.type in queue.erasure_events else None


def is_about(body: str | bytes, user_id: str) -> bool:
    """Say whether a message must go with a deleted account: it names the user, and is not about a book of somebody else."""
    text = body if isinstance(body, str) else body.decode(errors="replace")
    if user_id not in text:
        return False
    try:
        return Event.from_trusted_json(text).book_id == user_id
    except (ValueError, KeyError, TypeError, AttributeError):
        return True  # it is no event, and nobody will miss it


def _failed(error: Exception, *, last: bool) -> Settled:
    # An unreachable store is not the message's fault, so it is retried for as long as that lasts.
    dead = last and not isinstance(error, UnavailableError)
    return Settled(Outcome.DEAD if dead else Outcome.RETRIED, f"{type(error).__name__}: {error}"[:500])


def _portions(messages: Sequence[Message]) -> Iterator[list[Message]]:
    """Yield messages in portions that may be handled in one transaction."""
    portion, length = list[Message](), 0
    for message in messages:
        if portion and (len(portion) == MOST_TOGETHER or length + len(message.body) > _MOST_BYTES_TOGETHER):
            yield portion
            portion, length = [], 0
        portion.append(message)
        length += len(message.body)
    if portion:
        yield portion
