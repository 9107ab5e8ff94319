"""Service tokens for sessions and access tokens, cached until a minute before they expire."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

_MAX_CACHED = 10_000
_MARGIN_SECONDS = 60.0
"""A token is not used in its last minute, so that it does not expire on the way to a service.

A token that lives for less than two minutes, because its session ends, is used for half of its time.
"""
_WITHOUT_EVENTS_SECONDS = 2.0
"""How long tokens are cached while auth's events, which say what was revoked, do not arrive."""


@dataclass(frozen=True)
class ServiceTokens:
    """The service tokens of one session or access token."""

    by_service: Mapping[str, str]
    """For each service the token that it accepts."""
    user_id: str
    expires_at: float
    """Seconds since 1970."""
    book_id: str
    """Whose data the user works with."""
    shared: str = ""
    """A token that every service accepts, from an auth of an earlier version that gives no other."""
    may_read: bool = True
    """False for an access token that may only write: it gets no events either."""

    def token_for(self, service: str) -> str:
        """Return the token to send to a service, empty if there is none."""
        return self.by_service.get(service, self.shared)

    @property
    def extension(self) -> str:
        """The credential with which IBM Watson Assistant may call the assistant back, empty if there is none."""
        return self.by_service.get("extension", "")


class TokenExchange(Protocol):
    """Auth's exchange of a secret for service tokens."""

    async def __call__(self, secret: str) -> ServiceTokens | None:
        """Return service tokens, or None if the secret is of no valid session or access token."""


class ServiceTokenCache:
    """Caches service tokens, so that auth is asked once a minute instead of at each request.

    What was revoked is forgotten as soon as auth's event arrives. While events cannot arrive, tokens are cached for two seconds.
    """

    def __init__(
        self, exchange: TokenExchange, now: Callable[[], float], *, events_arrive: Callable[[], bool] = lambda: True
    ) -> None:
        """`now` returns seconds since 1970; `events_arrive` tells whether auth's events arrive at present."""
        self._exchange, self._now, self._events_arrive = exchange, now, events_arrive
        self._cached: dict[str, tuple[ServiceTokens, float]] = {}
        self._revision = 0
        """Goes up whenever something is forgotten."""
        self._lock = threading.Lock()

    async def of(self, secret: str) -> ServiceTokens | None:
        key = hashlib.sha256(secret.encode()).hexdigest()
        cached = self._cached.get(key)
        if cached is not None and self._is_fresh(*cached):
            return cached[0]
        revision, asked_at = self._revision, self._now()
        fresh = await self._exchange(secret)
        with self._lock:
            self._cached.pop(key, None)
            # An answer from before something was revoked is good for this request, but must not be cached.
            if fresh is not None and revision == self._revision:
                if len(self._cached) >= _MAX_CACHED:
                    self._cached.clear()
                self._cached[key] = fresh, asked_at
        return fresh

    def forget(self, owner_id: str) -> None:
        """Drop all tokens of a user, and of others for the user's book, since something about them changed.

        May be called from any thread.
        """
        with self._lock:
            self._revision += 1
            kept = {
                key: (tokens, at) for key, (tokens, at) in self._cached.items() if owner_id not in (tokens.user_id, tokens.book_id)
            }
            self._cached = kept

    def forget_all(self) -> None:
        """Drop all tokens, since events may have been missed. May be called from any thread."""
        with self._lock:
            self._revision += 1
            self._cached = {}

    def _is_fresh(self, tokens: ServiceTokens, asked_at: float) -> bool:
        now = self._now()
        margin = min(_MARGIN_SECONDS, (tokens.expires_at - asked_at) / 2)
        return tokens.expires_at - margin > now and (now - asked_at < _WITHOUT_EVENTS_SECONDS or self._events_arrive())
