"""Carries events from a service's outbox to the bus."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from chassis.runtime.worker import IDLE_SECONDS, Worker

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable, Sequence

    from chassis.messaging.events import Event
    from chassis.runtime.metrics import Metrics

ALONE = "alone"
"""Name of a relay that is the only one of its outbox for sure, such as the one of a process that has locked its data folder."""

CONFIRM_SECONDS = 10.0
"""How long a bus may take to confirm what it was given."""
LEASE_SECONDS = 15.0
"""How long a relay has events for itself."""
SWEEP_SECONDS = 5.0
"""How often a relay looks, unasked, for what another one claimed and left when it was killed."""
_BATCH = 100


def sharing(owner: str) -> str | None:
    """Return the relay's name if it shares its outbox, None if there is nobody from whom to claim events."""
    return None if owner == ALONE else owner


class Outbox(Protocol):
    """Events that were stored with the change that they tell of, and are not sent yet."""

    def claim(self, limit: int) -> list[Event]:
        """Return unsent events, oldest first, which no other relay gets for the length of a lease."""

    def mark_sent(self, ids: Sequence[str]) -> None:
        """Forget events that the bus has taken."""

    def oldest_seconds(self) -> float:
        """Return the age of the oldest unsent event, 0 if there is none."""


class Relay(Worker):
    """Publishes what is in an outbox, woken by each commit that adds to it.

    A crash between publishing and marking publishes again; consumers keep an inbox for that.
    """

    def __init__(
        self,
        service: str,
        outbox: Outbox,
        publish: Callable[[Sequence[Event]], None],
        metrics: Metrics,
        *,
        wake_up: threading.Event,
        alone: bool = False,
    ) -> None:
        """Make a relay; whoever commits an event to the outbox sets the wake_up. `alone`: no other relay shares the outbox."""
        super().__init__(f"relay:{service}", wake_up=wake_up)
        self._sweep = IDLE_SECONDS if alone else SWEEP_SECONDS
        self._service, self._outbox, self._publish, self._metrics = service, outbox, publish, metrics

    def work_off(self) -> float:
        """Publish all that is unsent."""
        while self.send_batch() and not self.stopping:
            pass
        return self._sweep

    def send_batch(self) -> int:
        """Send one batch; return how many events it had. Raises what the store or the bus raises."""
        events = self._outbox.claim(_BATCH)
        if events:
            self._publish(events)
            self._outbox.mark_sent([event.id for event in events])
        return len(events)

    def measure(self) -> None:
        """Bring the gauge of the oldest unsent event up to date."""
        self._metrics.outbox_age.labels(self._service).set(self._outbox.oldest_seconds())
