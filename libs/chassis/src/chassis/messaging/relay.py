"""Carries events from a service's outbox to the bus."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from typing import Protocol

from chassis.messaging.events import Event
from chassis.runtime.metrics import Metrics
from chassis.runtime.worker import IDLE_SECONDS, Worker

ALONE = "alone"
"""The name of a relay that is certainly the only one of its outbox, as in a process that has locked its data folder."""

CONFIRM_SECONDS = 10.0
"""How long a bus may take to confirm what it was given."""
LEASE_SECONDS = 15.0
"""How long a relay has its events for itself."""
SWEEP_SECONDS = 5.0
"""How often a relay looks for events that another relay had claimed when it was killed."""
GATHER_SECONDS = 0.01
"""How long a relay rests after a batch, so that under load the next one has more events: its transactions cost the most."""
_BATCH = 100


def sharing(owner: str) -> str | None:
    """Return the relay's name if it shares its outbox and must claim events, None if it is alone."""
    return None if owner == ALONE else owner


class Outbox(Protocol):
    """Events that were stored together with the change they report, and are not published yet."""

    def claim(self, limit: int) -> list[Event]:
        """Return unpublished events, oldest first, and lease them to this relay."""

    def mark_sent(self, ids: Sequence[str]) -> None:
        """Delete events that the bus has taken."""

    def oldest_seconds(self) -> float:
        """Return the age of the oldest unpublished event, 0 if there is none."""


class Relay(Worker):
    """Publishes the events of an outbox, woken up by each commit that adds some.

    After a crash between publishing and marking, events are published again; the consumers' inboxes handle them once.
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
        """Make a relay; each commit of an event sets `wake_up`. `alone`: no other relay shares the outbox."""
        super().__init__(f"relay:{service}", wake_up=wake_up)
        self._sweep = IDLE_SECONDS if alone else SWEEP_SECONDS
        self._service, self._outbox, self._publish, self._metrics = service, outbox, publish, metrics

    def run_once(self) -> float:
        """Publish all events that are not published yet."""
        while not self.stopping:
            sent = self.send_batch()
            if sent < _BATCH:  # whoever commits more wakes this thread up
                time.sleep(GATHER_SECONDS if sent else 0)
                break
        return self._sweep

    def send_batch(self) -> int:
        """Publish one batch; return how many events it had. Raises what the store or the bus raises."""
        events = self._outbox.claim(_BATCH)
        if events:
            self._publish(events)
            self._outbox.mark_sent([event.id for event in events])
        return len(events)

    def measure(self) -> None:
        """Update the gauge of the oldest unpublished event."""
        self._metrics.outbox_age.labels(self._service).set(self._outbox.oldest_seconds())
