"""Carries events from a service's outbox to the bus."""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from chassis.events import Event
    from chassis.metrics import Metrics

log = logging.getLogger("outlay.relay")

ALONE = "alone"
"""Name of a relay that is the only one of its outbox for sure, such as the one of a process that has locked its data folder."""

_BATCH = 100
_IDLE_SECONDS = 30.0
_RETRY_SECONDS = 2.0


class Outbox(Protocol):
    """Events that were stored with the change that they tell of, and are not sent yet."""

    def claim(self, limit: int) -> list[Event]:
        """Return unsent events, oldest first, which no other relay gets for the next 30 seconds."""

    def mark_sent(self, ids: Sequence[str]) -> None:
        """Forget events that the bus has taken."""

    def oldest_seconds(self) -> float:
        """Return the age of the oldest unsent event, 0 if there is none."""


class Relay:
    """A thread that publishes what is in an outbox, woken by each commit that adds to it.

    A crash between publishing and marking publishes again; consumers keep an inbox for that.
    """

    def __init__(
        self, service: str, outbox: Outbox, publish: Callable[[Sequence[Event]], None], metrics: Metrics, *, bell: threading.Event
    ) -> None:
        """Make a relay; whoever commits an event to the outbox sets the bell."""
        self._service, self._outbox, self._publish, self._metrics = service, outbox, publish, metrics
        self._woken = bell
        self._stopping = False
        self._thread = threading.Thread(target=self._work, name=f"relay:{service}", daemon=True)

    def start(self) -> None:
        """Begin; what an earlier process left unsent goes first."""
        self._thread.start()

    def stop(self) -> None:
        """Finish the batch in hand."""
        self._stopping = True
        self._woken.set()
        self._thread.join()

    def _work(self) -> None:
        while True:
            self._woken.clear()
            if self._stopping:  # looked at after the clearing, which may have wiped out the call of stop()
                return
            try:
                while self.send_batch() and not self._stopping:
                    pass
                wait = _IDLE_SECONDS
            except Exception as error:  # broker or store away: the events wait in the outbox
                log.warning("relay fails", extra={"service": self._service, "reason": str(error)})
                wait = _RETRY_SECONDS
            self._woken.wait(wait)

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
