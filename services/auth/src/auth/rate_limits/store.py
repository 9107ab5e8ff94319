"""Counts attempts: in the memory of this process, and for limits that all replicas share in the store as well."""

from __future__ import annotations

import math
import random
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace

from limits import RateLimitItemPerSecond
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from auth.errors import RevisionConflictError, TooManyAttemptsError
from auth.store.document import Document
from auth.store.ports import Documents, Limit

# Whoever met a conflict waits for a random time, which doubles up to the longest: so many who are counted together take turns.
_ATTEMPTS = 16
_FIRST_PAUSE, _LONGEST_PAUSE = 0.01, 0.3
_BUSY_SECONDS = 5


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


class SharedWindows:
    """Limits that hold over all replicas: a document for each limit, person or network, and window (ADR 032).

    What one process refuses from its own memory does not touch the store, so a flood costs no writes.
    """

    def __init__(
        self,
        documents: Documents,
        fingerprint: Callable[[str], str],
        *,
        now: Callable[[], float],
        factor: int = 1,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        """`fingerprint` makes ids in which neither addresses nor networks can be read."""
        self._documents, self._fingerprint, self._now = documents, fingerprint, now
        self._factor, self._pause = factor, pause
        self._here = MovingWindows(factor=factor)

    def hit(self, limit: Limit, who: str) -> None:
        """Count an attempt. Raises TooManyAttemptsError if it is one too many."""
        self._here.hit(limit, who)
        if not limit.shared:
            return
        for attempt in range(_ATTEMPTS):
            with suppress(RevisionConflictError):
                self._count(limit, self._id_of(limit, who))
                return
            self._pause(random.uniform(0, min(_FIRST_PAUSE * 2**attempt, _LONGEST_PAUSE)))  # noqa: S311  nothing secret about it
        raise TooManyAttemptsError(seconds=_BUSY_SECONDS)

    def forgive(self, limit: Limit, who: str) -> None:
        """Forget the attempts."""
        self._here.forgive(limit, who)
        document = self._documents.get(self._id_of(limit, who)) if limit.shared else None
        if document is not None:
            with suppress(RevisionConflictError):  # another attempt was counted meanwhile
                self._documents.delete(document)

    def _count(self, limit: Limit, document_id: str) -> None:
        now = self._now()
        document = self._documents.get(document_id)
        if document is None or document.body["until"] <= now:
            fresh = document or Document(id=document_id, kind="limit", body={})
            until = now + limit.seconds
            self._documents.save(replace(fresh, body={"count": 1, "until": until}, expires_at=until))
            return
        if document.body["count"] >= limit.most * self._factor:
            raise TooManyAttemptsError(seconds=max(1, math.ceil(document.body["until"] - now)))
        self._documents.save(replace(document, body={**document.body, "count": document.body["count"] + 1}))

    def _id_of(self, limit: Limit, who: str) -> str:
        return f"limit:{limit.name}:{self._fingerprint(who)}"
