"""Counts attempts in memory, in windows that move. Each process counts for itself."""

from __future__ import annotations

import math
import time

from limits import RateLimitItemPerSecond
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from auth.domain.errors import TooManyAttemptsError
from auth.domain.ports import Limit


class MovingWindows:
    """Limits by moving windows. `factor` widens all of them, for tests and for many people behind one address."""

    def __init__(self, *, factor: int = 1) -> None:
        """Start with no attempts."""
        self._limiter = MovingWindowRateLimiter(MemoryStorage())
        self._factor = factor

    def hit(self, limit: Limit, who: str) -> None:
        """Count an attempt. Raises TooManyAttemptsError if it is one too many."""
        item = self._item(limit)
        if not self._limiter.hit(item, who):
            free_at = self._limiter.get_window_stats(item, who).reset_time
            raise TooManyAttemptsError(seconds=max(1, math.ceil(free_at - time.time())))

    def forgive(self, limit: Limit, who: str) -> None:
        """Forget the attempts."""
        self._limiter.clear(self._item(limit), who)

    def _item(self, limit: Limit) -> RateLimitItemPerSecond:
        return RateLimitItemPerSecond(limit.most * self._factor, limit.seconds, namespace=limit.name)
