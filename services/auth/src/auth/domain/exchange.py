"""Changes the secret of a session or access token into short-lived service tokens."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

from auth.domain.access_tokens import AccessTokens
from auth.domain.errors import InvalidSecretError
from auth.domain.keys import KeyRing
from auth.domain.ports import Grant, Now, Signatures
from auth.domain.secret import SESSION_PREFIX, TOKEN_PREFIX
from auth.domain.sessions import Sessions
from auth.domain.user import User

LIFETIME_SECONDS = 120
ALL_SCOPES = ("read", "write")
SHARED_AUDIENCE = "outlay"
AUDIENCES = ("auth", "expenses", "budgets", "notifier")
"""A token for each service, so that none of them can use what it is sent at another."""


@dataclass(frozen=True, slots=True)
class ServiceTokens:
    """A signed token for each service, and when all expire, in seconds since 1970."""

    tokens: Mapping[str, str]
    expires_at: int
    shared: str
    """One for every service, for gateways of a former version that are still running."""


@dataclass(frozen=True, kw_only=True)
class Exchange:
    """For the gateway, which asks about every browser and script about once a minute: one read, of the user's document."""

    sessions: Sessions
    tokens: AccessTokens
    keys: KeyRing
    signatures: Signatures
    now: Now

    def __call__(self, secret: str) -> ServiceTokens:
        """Return service tokens; raises InvalidSecretError."""
        ways: dict[str, Callable[[str], tuple[Grant, float | None]]] = {
            SESSION_PREFIX: self._of_session,
            TOKEN_PREFIX: self._of_token,
        }
        way = next((way for prefix, way in ways.items() if secret.startswith(prefix)), None)
        if way is None:
            raise InvalidSecretError
        (grant, end), key = way(secret), self.keys.current()
        until = int(self.now()) + LIFETIME_SECONDS
        if end is not None:
            until = min(until, int(end))  # what it was changed from does not live on in it
        sign = partial(self.signatures.sign, grant, private=key.pair.private, key_id=key.id, expires_at=until)
        return ServiceTokens({name: sign(audience=name) for name in AUDIENCES}, until, sign(audience=SHARED_AUDIENCE))

    def _of_session(self, secret: str) -> tuple[Grant, float | None]:
        user, session = self.sessions.of_secret(secret)
        self.sessions.touch(user, session)
        return _grant(user, session.id, "session", frozenset(ALL_SCOPES)), session.expires_at

    def _of_token(self, secret: str) -> tuple[Grant, float | None]:
        user, token = self.tokens.of_secret(secret)
        self.tokens.touch(user, token)
        return _grant(user, token.id, "token", frozenset(token.scopes)), token.expires_at


def _grant(user: User, session_id: str, kind: str, scopes: frozenset[str]) -> Grant:
    return Grant(
        user_id=user.id, session_id=session_id, kind=kind, scopes=scopes,
        home_currency=user.home_currency, time_zone=user.time_zone, locale=user.locale,
    )  # fmt: skip
