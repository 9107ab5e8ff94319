"""Keeps away from something that failed a moment ago, so that not every message waits for it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

RETRY_SECONDS = 30.0


class Breaker:
    """Opens at a failure; after some seconds it lets one try through, and closes if that succeeds."""

    def __init__(self, seconds: float = RETRY_SECONDS, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        """Begin closed."""
        self._seconds, self._monotonic = seconds, monotonic
        self._open, self._until = False, 0.0
        self._lock = threading.Lock()

    @property
    def open(self) -> bool:
        """Whether the last try failed."""
        return self._open

    def lets_through(self) -> bool:
        """Say whether to try now."""
        with self._lock:
            now = self._monotonic()
            if self._open and now < self._until:
                return False
            if self._open:
                self._until = now + self._seconds  # one try at a time
            return True

    def succeeded(self) -> None:
        """Close."""
        with self._lock:
            self._open = False

    def failed(self) -> None:
        """Open."""
        with self._lock:
            self._open, self._until = True, self._monotonic() + self._seconds
