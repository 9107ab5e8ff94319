"""A thread that works off what is stored, and sleeps until a wake_up says that there is more."""

from __future__ import annotations

import logging
import threading

log = logging.getLogger("outlay.worker")

IDLE_SECONDS = 30.0
"""The longest sleep; it only matters if somebody forgot to ring."""
_RETRY_SECONDS = 2.0


class Worker:
    """Started once, stopped once. Subclasses say what there is to do in `work_off`."""

    def __init__(self, name: str, *, wake_up: threading.Event | None = None) -> None:
        """`name` is `<what>:<service>`; whoever stores something to do sets the wake_up, or calls `wake`."""
        self._name = name
        self._wake_up = wake_up or threading.Event()
        self.stopping = False
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def wake(self) -> None:
        """Say that there is something to do."""
        self._wake_up.set()

    def start(self) -> None:
        """Begin; what an earlier process left undone goes first."""
        self._thread.start()

    def stop(self, *, seconds: float | None = None) -> None:
        """Finish what is in hand, but wait no longer than some seconds for it."""
        self.ask_to_stop()
        self._thread.join(seconds)

    def ask_to_stop(self) -> None:
        """Begin nothing more; `stop` waits for the end."""
        self.stopping = True
        self._wake_up.set()

    def work_off(self) -> float:
        """Do all there is to do, or until `stopping`; return the seconds until there may be more without a wake_up."""
        raise NotImplementedError

    def _run(self) -> None:
        while True:
            self._wake_up.clear()
            if self.stopping:  # looked at after the clearing, which may have wiped out the call of stop()
                return
            try:
                wait = self.work_off()
            except Exception as error:  # broker or store away: what is to do waits in the store
                # The error's own text may hold what people wrote.
                log.warning("%s fails", self._name, extra={"reason": type(error).__name__})
                wait = _RETRY_SECONDS
            self._wake_up.wait(wait)
