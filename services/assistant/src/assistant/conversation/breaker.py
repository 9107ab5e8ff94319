"""A circuit breaker: after a failure, messages do not wait for what is broken."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

RETRY_SECONDS = 30.0


class Breaker:
    """Opens after a failure; every few seconds it lets one attempt through, and closes when an attempt succeeds."""

    def __init__(self, seconds: float = RETRY_SECONDS, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        """Start closed; `seconds` pass between attempts."""
        self._seconds, self._monotonic = seconds, monotonic
        self._open, self._until = False, 0.0
        self._lock = threading.Lock()

    @property
    def open(self) -> bool:
        """Whether the last attempt failed."""
        return self._open

    def lets_through(self) -> bool:
        with self._lock:
            now = self._monotonic()
            if self._open and now < self._until:
                return False
            if self._open:
                self._until = now + self._seconds  # one attempt at a time
            return True

    def succeeded(self) -> None:
        with self._lock:
            self._open = False

    def failed(self) -> None:
        with self._lock:
            self._open, self._until = True, self._monotonic() + self._seconds
