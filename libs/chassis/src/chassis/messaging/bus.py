"""The bus: what it guarantees on every transport.

Delivery is at least once and in no promised order. A handler that raises `Reject`, or meets an unreadable message, sends it to the
dead letters. Any other exception brings it back after a delay, and to the dead letters when the delays are used up.
`UnavailableError` alone, which says that a store is away, brings it back for as long as that lasts.

Events of a queue with a `transaction` that wait at the same moment are handled together, and committed together. If one of them
fails, nothing of that transaction is kept, and each is handled alone: all that is said above holds for each by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

from chassis.messaging.events import Event

Handler = Callable[[Event], None]


class Retry(Exception):
    """A message cannot be handled now; it is retried after the next delay."""


class Reject(Exception):
    """A message can never be handled; it becomes a dead letter with this reason."""


@dataclass(frozen=True)
class Queue:
    """A durable queue: its name, the event types it takes, and their handler."""

    name: str
    """`<service>.<what for>`, such as `budgets.spending`."""
    types: tuple[str, ...]
    handler: Handler
    erasure_events: tuple[str, ...] = ()
    """Types after which no message about their `data.user_id` may stay in the service's queues or dead letters."""
    transaction: Callable[[], AbstractContextManager[Handler]] | None = None
    """Begins a transaction, and returns what handles events in it. With it, events that wait are handled together."""


@dataclass(frozen=True)
class Settings:
    """How often and when the bus retries."""

    delays: tuple[float, ...] = (1, 10, 60, 300, 1800)
    """Seconds before each further attempt."""


@dataclass(frozen=True)
class DeadLetter:
    """A message that is no longer retried."""

    id: str
    """For replay and purge. Not the event's id, since an event may be dead in several queues."""
    queue: str
    event_id: str
    type: str
    attempts: int
    reason: str
    died_at: str
    body: str


class Bus(Protocol):
    """Carries events from relays to queues and to listeners."""

    def publish(self, events: Sequence[Event]) -> None:
        """Put events into every queue of their type; returns when they are stored. Raises OSError if the bus is unreachable."""

    def listen(self, listener: Handler) -> Callable[[], None]:
        """Call `listener` with each event from now on, without storing them; returns a function that stops it."""

    def start(self) -> None:
        """Start delivering."""

    def stop(self) -> None:
        """Finish the current messages and stop delivering."""

    def dead(self) -> list[DeadLetter]:
        """List the dead letters, oldest first."""

    def replay(self, ids: Sequence[str] | None = None) -> int:
        """Put dead letters (all by default) back into their queues; returns how many."""

    def purge(self, ids: Sequence[str] | None = None) -> int:
        """Delete dead letters (all by default); returns how many."""
