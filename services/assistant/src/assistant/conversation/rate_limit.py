"""Limits how many messages a person may send."""

from __future__ import annotations

import math
import threading
import time

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter


class TooManyMessagesError(Exception):
    """Too many messages."""

    def __init__(self, *, seconds: int) -> None:
        """`seconds` is how long to wait."""
        super().__init__(f"You sent too many messages. Wait {seconds} seconds.")
        self.headers = {"Retry-After": str(seconds)}


class RateLimit:
    """At most so many messages per person in any minute, counted by this process."""

    def __init__(self, most: int) -> None:
        self._limiter = MovingWindowRateLimiter(MemoryStorage())
        self._item = RateLimitItemPerMinute(most, namespace="messages")
        self._one_at_a_time = threading.Lock()
        """The storage starts its timer again with a hit; two threads would start the same one, which raises RuntimeError."""

    def take(self, user_id: str) -> None:
        """Count a message; raises TooManyMessagesError if the person has sent too many."""
        with self._one_at_a_time:
            is_free = self._limiter.hit(self._item, user_id)
        if not is_free:
            free_at = self._limiter.get_window_stats(self._item, user_id).reset_time
            raise TooManyMessagesError(seconds=max(1, math.ceil(free_at - time.time())))
