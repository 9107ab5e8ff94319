"""What a bus promises, whichever transport carries it.

Delivery is at least once and in no promised order. A handler that raises `Reject`, or meets an unreadable message, sends it to the
dead letters. Any other exception brings it back after a delay, and to the dead letters when the delays are used up.
`UnavailableError` alone, which says that a store is away, brings it back for as long as that lasts.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from chassis.messaging.events import Event

Handler = Callable[[Event], None]


class Retry(Exception):
    """It cannot be handled now; try again after the next delay."""


class Reject(Exception):
    """It can never be handled; the reason is for the people who look at dead letters."""


@dataclass(frozen=True)
class Queue:
    """A durable queue: who listens, to which types, and what it does with them."""

    name: str
    """`<service>.<what for>`, such as `budgets.spending`."""
    types: tuple[str, ...]
    handler: Handler
    erasure_events: tuple[str, ...] = ()
    """Types after which nothing about their `data.user_id` may stay in the service's queues, its dead letters least of all."""


@dataclass(frozen=True)
class Settings:
    """How stubborn the bus is."""

    delays: tuple[float, ...] = (1, 10, 60, 300, 1800)
    """Seconds before each further attempt."""


@dataclass(frozen=True)
class DeadLetter:
    """A message that was given up."""

    id: str
    """For replay and purge; not the event's id, since one event may be dead in several queues."""
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
        """Hand over events to every queue that takes their type; returns when they are safe. Raises OSError if the bus is away."""

    def listen(self, listener: Handler) -> Callable[[], None]:
        """Call `listener` with each event from now on, unacknowledged and not kept; returns the way to stop it."""

    def start(self) -> None:
        """Begin to deliver."""

    def stop(self) -> None:
        """Finish the messages in hand and deliver no more."""

    def dead(self) -> list[DeadLetter]:
        """List the dead letters, oldest first."""

    def replay(self, ids: Sequence[str] | None = None) -> int:
        """Put dead letters (all by default) back at the start of their queue; returns how many."""

    def purge(self, ids: Sequence[str] | None = None) -> int:
        """Throw dead letters away (all by default); returns how many."""
