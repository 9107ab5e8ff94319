"""The thread that sends mails after the transactions that asked for them."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

log = logging.getLogger("outlay.notifier")

_IDLE_SECONDS = 30.0
_RETRY_SECONDS = 2.0


class Sender:
    """Sends what is due, woken by each commit that asks for a mail; started, stopped and woken like a relay."""

    def __init__(self, *, deliver_next: Callable[[], bool], seconds_until_due: Callable[[], float | None]) -> None:
        """Begin nothing yet."""
        self._deliver_next, self._seconds_until_due = deliver_next, seconds_until_due
        self._woken = threading.Event()
        self._stopping = False
        self._thread = threading.Thread(target=self._work, name="sender:notifier", daemon=True)

    def wake(self) -> None:
        """Say that there is something to send."""
        self._woken.set()

    def start(self) -> None:
        """Begin; what an earlier process left unsent goes first."""
        self._thread.start()

    def stop(self) -> None:
        """Finish the mail in hand."""
        self._stopping = True
        self._woken.set()
        self._thread.join()

    def send_due(self) -> int:
        """Deal with every mail that is due; return how many. Raises what the store raises."""
        count = 0
        while not self._stopping and self._deliver_next():
            count += 1
        return count

    def _work(self) -> None:
        while True:
            self._woken.clear()
            if self._stopping:  # looked at after the clearing, which may have wiped out the call of stop()
                return
            try:
                self.send_due()
                wait = self._wait()
            except Exception as error:  # the store is away: the mails wait in it
                log.warning("sender fails", extra={"reason": type(error).__name__})
                wait = _RETRY_SECONDS
            self._woken.wait(wait)

    def _wait(self) -> float:
        due = self._seconds_until_due()
        return _IDLE_SECONDS if due is None else min(max(due, 0.01), _IDLE_SECONDS)
