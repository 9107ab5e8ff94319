"""Changes the secret of a session or access token into a short-lived service token."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from auth.domain.access_tokens import AccessTokens
from auth.domain.errors import InvalidSecretError
from auth.domain.keys import KeyRing
from auth.domain.ports import Grant, Now, Signatures
from auth.domain.secret import SESSION_PREFIX, TOKEN_PREFIX
from auth.domain.sessions import Sessions
from auth.domain.user import User

LIFETIME_SECONDS = 120
ALL_SCOPES = ("read", "write")


@dataclass(frozen=True, slots=True)
class ServiceToken:
    """A signed token and when it expires, in seconds since 1970."""

    token: str
    expires_at: int


@dataclass(frozen=True, kw_only=True)
class Exchange:
    """For the gateway, which asks about every browser and script about once a minute: one read, of the user's document."""

    sessions: Sessions
    tokens: AccessTokens
    keys: KeyRing
    signatures: Signatures
    now: Now

    def __call__(self, secret: str) -> ServiceToken:
        """Return a service token; raises InvalidSecretError."""
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
        token = self.signatures.sign(grant, private=key.pair.private, key_id=key.id, expires_at=until)
        return ServiceToken(token, until)

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
