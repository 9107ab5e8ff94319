"""Health checks that run in the background, so that nobody who asks for their result waits for a slow one."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from chassis.runtime.problems import UnavailableError

_FRESH_SECONDS = 10.0
_WAIT_SECONDS = 1.0


class BackgroundCheck:
    """A check that runs in the background; its result is good for ten seconds, and a slow check counts as failing."""

    def __init__(
        self,
        check: Callable[[], object],
        *,
        fresh: float = _FRESH_SECONDS,
        wait: float = _WAIT_SECONDS,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """`fresh` is how many seconds a result is good for, `wait` how many seconds a caller waits for a new one."""
        self._check, self._fresh, self._wait, self._monotonic = check, fresh, wait, monotonic
        self._lock = threading.Lock()
        self._asked_at = float("-inf")
        self._answered = threading.Event()
        self._answered.set()
        self._error: Exception | None = None

    def begin(self) -> None:
        """Start the check, unless it is running or its last result is still good."""
        with self._lock:
            if self._answered.is_set() and self._monotonic() - self._asked_at >= self._fresh:
                self._asked_at = self._monotonic()
                self._answered.clear()
                threading.Thread(target=self._ask, name="watching", daemon=True).start()

    def __call__(self) -> None:
        """Raise what the check raised, or UnavailableError while it does not return."""
        self.begin()
        if not self._answered.wait(self._wait):
            raise UnavailableError("it does not respond")
        if self._error is not None:
            raise self._error

    def _ask(self) -> None:
        try:
            self._check()
            self._error = None
        except Exception as error:
            self._error = error
        finally:
            self._answered.set()
