"""Counts attempts: in the memory of this process, and for shared limits in the store as well."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace

from limits import RateLimitItemPerSecond
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from auth.errors import RevisionConflictError, TooManyAttemptsError
from auth.rate_limits.limits import Limit
from auth.store.document import Document
from auth.store.ports import Now
from auth.store.unit_of_work import DocumentStore, DocumentUnitOfWork

_ATTEMPTS = 16
_BUSY_SECONDS = 5


class LocalRateLimits:
    """Moving windows in the memory of this process. `factor` widens all limits."""

    def __init__(self, *, factor: int = 1) -> None:
        self._limiter = MovingWindowRateLimiter(MemoryStorage())
        self._factor = factor
        self._one_at_a_time = threading.Lock()
        """The storage starts its timer again with a hit; two threads would start the same one, which raises RuntimeError."""

    def hit(self, limit: Limit, subject: str) -> None:
        """Count an attempt. Raises TooManyAttemptsError if the limit is reached."""
        item = self._item(limit)
        with self._one_at_a_time:
            is_free = self._limiter.hit(item, subject)
        if not is_free:
            free_at = self._limiter.get_window_stats(item, subject).reset_time
            raise TooManyAttemptsError(seconds=max(1, math.ceil(free_at - time.time())))

    def clear(self, limit: Limit, subject: str) -> None:
        self._limiter.clear(self._item(limit), subject)

    def _item(self, limit: Limit) -> RateLimitItemPerSecond:
        return RateLimitItemPerSecond(limit.most * self._factor, limit.seconds, namespace=limit.name)


class RateLimits:
    """Counts attempts; those of shared limits over all replicas, in a document for each limit, subject and window (ADR 032).

    Attempts that exceed the limit in this process alone do not reach the store, so a flood costs no writes.
    """

    def __init__(self, store: DocumentStore, blind_index: Callable[[str], str], *, now: Now, factor: int = 1) -> None:
        """`blind_index` makes document ids in which neither addresses nor networks can be read."""
        self._store, self._blind_index, self._now, self._factor = store, blind_index, now, factor
        self._local = LocalRateLimits(factor=factor)

    def hit(self, limit: Limit, subject: str) -> None:
        """Count an attempt. Raises TooManyAttemptsError if the limit is reached."""
        self._local.hit(limit, subject)
        if not limit.shared:
            return
        try:
            self._store.run(self._id(limit, subject), lambda unit: self._count(limit, subject, unit), attempts=_ATTEMPTS)
        except RevisionConflictError as error:
            raise TooManyAttemptsError(seconds=_BUSY_SECONDS) from error

    def clear(self, limit: Limit, subject: str) -> None:
        """Forget the attempts."""
        self._local.clear(limit, subject)
        if limit.shared:
            with suppress(RevisionConflictError):  # another attempt was counted meanwhile
                self._store.run(self._id(limit, subject), DocumentUnitOfWork.delete, attempts=1)

    def _count(self, limit: Limit, subject: str, unit: DocumentUnitOfWork) -> None:
        now, document = self._now(), unit.document
        if document is None or document.body["until"] <= now:
            fresh = document or Document(id=self._id(limit, subject), kind="limit", body={})
            until = now + limit.seconds
            unit.save(replace(fresh, body={"count": 1, "until": until}, expires_at=until))
            return
        if document.body["count"] >= limit.most * self._factor:
            raise TooManyAttemptsError(seconds=max(1, math.ceil(document.body["until"] - now)))
        unit.save(replace(document, body={**document.body, "count": document.body["count"] + 1}))

    def _id(self, limit: Limit, subject: str) -> str:
        return f"limit:{limit.name}:{self._blind_index(subject)}"
