"""Service tokens for sessions and access tokens, kept for as long as they are good."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable

_KEPT = 10_000
_SPARE_SECONDS = 60.0
"""A token is not used in its last minute. As tokens live two, a revoked session ends within one at the latest."""


@dataclass(frozen=True)
class Pass:
    """A service token, whom it speaks for and until when (seconds since 1970)."""

    token: str
    user_id: str
    expires_at: float


class Exchange(Protocol):
    """Auth's exchange of a secret for a service token."""

    async def __call__(self, secret: str) -> Pass | None:
        """Return a pass, or None if the secret is of no living session or access token."""


class Passes:
    """Remembers passes, so that auth is asked once a minute and not at each request."""

    def __init__(self, exchange: Exchange, now: Callable[[], float]) -> None:
        """`now` returns seconds since 1970."""
        self._exchange, self._now = exchange, now
        self._kept: dict[str, Pass] = {}

    async def of(self, secret: str) -> Pass | None:
        """Return the pass of a secret, or None."""
        key = hashlib.sha256(secret.encode()).hexdigest()
        kept = self._kept.get(key)
        if kept is not None and kept.expires_at - _SPARE_SECONDS > self._now():
            return kept
        self._kept.pop(key, None)
        fresh = await self._exchange(secret)
        if fresh is not None:
            if len(self._kept) >= _KEPT:
                self._kept.clear()
            self._kept[key] = fresh
        return fresh

    def forget(self, user_id: str) -> None:
        """Drop all passes of a user: who they are, or where they are signed in, may have changed."""
        self._kept = {key: kept for key, kept in self._kept.items() if kept.user_id != user_id}
