"""Service tokens for sessions and access tokens, kept for as long as they are good."""

from __future__ import annotations

import hashlib
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_KEPT = 10_000
_SPARE_SECONDS = 60.0
"""A token is not used in its last minute, so that it does not expire on the way to a service.

One that lives for less than two minutes, since what it was changed from ends, is used for half of its time.
"""
_UNTOLD_SECONDS = 2.0
"""How long a pass is kept while auth's events do not arrive, which say what was revoked."""


@dataclass(frozen=True)
class Pass:
    """Service tokens, whom they speak for and until when (seconds since 1970)."""

    tokens: Mapping[str, str]
    """For each service the one that it accepts."""
    user_id: str
    expires_at: float
    shared: str = ""
    """One that every service accepts, from an auth of a former version that gives no other."""

    def token_for(self, service: str) -> str:
        """Return the token to send to a service, empty if there is none."""
        return self.tokens.get(service, self.shared)

    @property
    def extension(self) -> str:
        """What IBM Watson Assistant may call the assistant back with, empty if there is nothing."""
        return self.tokens.get("extension", "")

    may_read: bool = True
    """False for an access token that may only write: it hears no events either."""


class Exchange(Protocol):
    """Auth's exchange of a secret for service tokens."""

    async def __call__(self, secret: str) -> Pass | None:
        """Return a pass, or None if the secret is of no living session or access token."""


class Passes:
    """Remembers passes, so that auth is asked once a minute and not at each request.

    What was revoked is forgotten as soon as auth's event arrives. While events cannot arrive, a pass is kept for two seconds only.
    """

    def __init__(self, exchange: Exchange, now: Callable[[], float], *, told: Callable[[], bool] = lambda: True) -> None:
        """`now` returns seconds since 1970; `told` says whether auth's events arrive at present."""
        self._exchange, self._now, self._told = exchange, now, told
        self._kept: dict[str, tuple[Pass, float]] = {}
        self._forgettings = 0
        self._lock = threading.Lock()

    async def of(self, secret: str) -> Pass | None:
        """Return the pass of a secret, or None."""
        key = hashlib.sha256(secret.encode()).hexdigest()
        kept = self._kept.get(key)
        if kept is not None and self._good(*kept):
            return kept[0]
        forgettings, asked_at = self._forgettings, self._now()
        fresh = await self._exchange(secret)
        with self._lock:
            self._kept.pop(key, None)
            # What was asked before something was revoked may be the answer of before: good for this request, not to be kept.
            if fresh is not None and forgettings == self._forgettings:
                if len(self._kept) >= _KEPT:
                    self._kept.clear()
                self._kept[key] = fresh, asked_at
        return fresh

    def forget(self, user_id: str) -> None:
        """Drop all passes of a user: who they are, or where they are signed in, has changed. May be called from any thread."""
        with self._lock:
            self._forgettings += 1
            self._kept = {key: kept for key, kept in self._kept.items() if kept[0].user_id != user_id}

    def forget_all(self) -> None:
        """Drop all passes, since events may have been missed. May be called from any thread."""
        with self._lock:
            self._forgettings += 1
            self._kept = {}

    def _good(self, kept: Pass, asked_at: float) -> bool:
        now = self._now()
        spare = min(_SPARE_SECONDS, (kept.expires_at - asked_at) / 2)
        return kept.expires_at - spare > now and (now - asked_at < _UNTOLD_SECONDS or self._told())
