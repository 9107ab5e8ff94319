"""A background thread that does stored work, and sleeps until it is woken up for more."""

from __future__ import annotations

import logging
import threading

log = logging.getLogger("outlay.worker")

IDLE_SECONDS = 30.0
"""The longest sleep; it only matters if nobody woke the thread up."""
_RETRY_SECONDS = 2.0


class Worker:
    """A thread that is started once and stopped once. Subclasses implement `run_once`."""

    def __init__(self, name: str, *, wake_up: threading.Event | None = None) -> None:
        """`name` is `<what>:<service>`; whoever stores work sets `wake_up`, or calls `wake`."""
        self._name = name
        self._wake_up = wake_up or threading.Event()
        self.stopping = False
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def wake(self) -> None:
        self._wake_up.set()

    def start(self) -> None:
        """Start; work left by an earlier process comes first."""
        self._thread.start()

    def stop(self, *, seconds: float | None = None) -> None:
        """Finish the work in hand; wait at most `seconds` for it, or as long as it takes."""
        self.ask_to_stop()
        self._thread.join(seconds)

    def ask_to_stop(self) -> None:
        """Start no more work; `stop` waits for the thread to end."""
        self.stopping = True
        self._wake_up.set()

    def run_once(self) -> float:
        """Do all stored work, or until `stopping`; return how many seconds to sleep if nobody wakes the thread up."""
        raise NotImplementedError

    def _run(self) -> None:
        while True:
            self._wake_up.clear()
            if self.stopping:  # checked after clear(), which may have undone the set() of stop()
                return
            try:
                wait = self.run_once()
            except Exception as error:  # the broker or the store is down: the work waits in the store
                # The error's text is not logged: it may contain what users wrote.
                log.warning("%s failed", self._name, extra={"reason": type(error).__name__})
                wait = _RETRY_SECONDS
            self._wake_up.wait(wait)
