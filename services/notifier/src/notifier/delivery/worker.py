"""The thread that sends emails after the transactions that asked for them."""

from __future__ import annotations

import threading
from collections.abc import Callable

from chassis.runtime.worker import IDLE_SECONDS, Worker


class DeliveryWorker(Worker):
    """Sends emails that are due; each commit that asks for one wakes it."""

    def __init__(
        self,
        *,
        deliver_next: Callable[[], bool],
        seconds_until_due: Callable[[], float | None],
        wake_up: threading.Event | None = None,
    ) -> None:
        super().__init__("sender:notifier", wake_up=wake_up)
        self._deliver_next, self._seconds_until_due = deliver_next, seconds_until_due

    def send_due(self) -> int:
        """Process every email that is due; return how many. Raises what the store raises."""
        count = 0
        while not self.stopping and self._deliver_next():
            count += 1
        return count

    def run_once(self) -> float:
        """Send what is due; return the seconds until more will be."""
        self.send_due()
        due = self._seconds_until_due()
        return IDLE_SECONDS if due is None else min(max(due, 0.01), IDLE_SECONDS)
