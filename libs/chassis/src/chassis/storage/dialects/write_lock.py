"""A lock that waiting threads get in the order in which they came."""

from __future__ import annotations

import threading
from collections import deque


class WriteLock:
    """Admits one thread at a time.

    `threading.Lock` lets in whoever is quickest, which is the thread that has just let go of it: one with many transactions to
    run would keep all others out.
    """

    def __init__(self) -> None:
        self._mutex = threading.Lock()
        self._taken = False
        self._waiting: deque[threading.Lock] = deque()

    def __enter__(self) -> None:
        """Wait for all threads that came before."""
        with self._mutex:
            if not self._taken:
                self._taken = True
                return
            called = threading.Lock()
            called.acquire()
            self._waiting.append(called)
        try:
            called.acquire()
        except BaseException:  # interrupted while waiting
            self._give_up(called)
            raise

    def __exit__(self, *_error: object) -> None:
        """Release the lock to the next thread."""
        with self._mutex:
            self._leave()

    def _leave(self) -> None:
        if self._waiting:
            self._waiting.popleft().release()
        else:
            self._taken = False

    def _give_up(self, called: threading.Lock) -> None:
        with self._mutex:
            if called in self._waiting:
                self._waiting.remove(called)
            else:  # it got the lock at the same moment
                self._leave()
