"""Changes the secret of a session or access token into short-lived service tokens."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from auth.access_tokens.service import AccessTokens
from auth.errors import InvalidSecretError
from auth.service_tokens.delegation import Delegation
from auth.service_tokens.signing_keys import KeyRing
from auth.sessions.service import Sessions
from auth.store.ports import Grant, Now, Signatures
from auth.users.model import User
from auth.users.secret import DELEGATED_PREFIX, EXTENSION_PREFIX, SESSION_PREFIX, TOKEN_PREFIX

LIFETIME_SECONDS = 120
ALL_SCOPES = ("read", "write")
SHARED_AUDIENCE = "outlay"
AUDIENCES = ("auth", "expenses", "budgets", "notifier", "assistant")
"""A token for each service, so that none of them can use what it is sent at another."""
DELEGATED_AUDIENCES = ("expenses", "budgets", "notifier")
"""What the assistant may use for whoever asked it: their data, never their account, and not the assistant itself."""
EXTENSION = "extension"
"""The audience of what IBM Watson Assistant may call the assistant back with; it may only read."""


@dataclass(frozen=True, slots=True)
class ServiceTokens:
    """A signed token for each service, and when all expire, in seconds since 1970."""

    tokens: Mapping[str, str]
    expires_at: int
    shared: str
    """One for every service, for gateways of a former version that are still running; empty where there are not all services."""


@dataclass(frozen=True, slots=True)
class _Found:
    """For whom a secret speaks, until when at most, and to whom."""

    grant: Grant
    end: float | None
    audiences: tuple[str, ...] = AUDIENCES


@dataclass(frozen=True, kw_only=True)
class Exchange:
    """For the gateway, which asks about every browser and script about once a minute: one read, of the user's document."""

    sessions: Sessions
    tokens: AccessTokens
    delegation: Delegation
    keys: KeyRing
    signatures: Signatures
    now: Now

    def __call__(self, secret: str) -> ServiceTokens:
        """Return service tokens; raises InvalidSecretError."""
        ways: dict[str, Callable[[str], _Found]] = {
            SESSION_PREFIX: self._of_session,
            TOKEN_PREFIX: self._of_token,
            DELEGATED_PREFIX: self._of_delegated,
            EXTENSION_PREFIX: self._of_extension,
        }
        way = next((way for prefix, way in ways.items() if secret.startswith(prefix)), None)
        if way is None:
            raise InvalidSecretError
        found, until = way(secret), int(self.now()) + LIFETIME_SECONDS
        if found.end is not None:
            until = min(until, int(found.end))  # what it was changed from does not live on in it
        tokens = {name: self._signed(found.grant, name, until) for name in found.audiences}
        if found.audiences != AUDIENCES:
            return ServiceTokens(tokens, until, "")
        if "read" in found.grant.scopes:
            tokens[EXTENSION] = self._signed(_reading(found.grant), EXTENSION, until)
        return ServiceTokens(tokens, until, self._signed(found.grant, SHARED_AUDIENCE, until))

    def _signed(self, grant: Grant, audience: str, until: int) -> str:
        key = self.keys.current()
        return self.signatures.sign(grant, private=key.pair.private, key_id=key.id, expires_at=until, audience=audience)

    def _of_session(self, secret: str) -> _Found:
        user, session = self.sessions.of_secret(secret)
        self.sessions.touch(user, session)
        return _Found(_grant(user, session.id, "session", frozenset(ALL_SCOPES)), session.expires_at)

    def _of_token(self, secret: str) -> _Found:
        user, token = self.tokens.of_secret(secret)
        self.tokens.touch(user, token)
        return _Found(_grant(user, token.id, "token", frozenset(token.scopes)), token.expires_at)

    def _of_delegated(self, secret: str) -> _Found:
        return self._of_service_token(secret.removeprefix(DELEGATED_PREFIX), "assistant", DELEGATED_AUDIENCES)

    def _of_extension(self, secret: str) -> _Found:
        found = self._of_service_token(secret.removeprefix(EXTENSION_PREFIX), EXTENSION, ("assistant",))
        return replace(found, grant=_reading(found.grant))

    def _of_service_token(self, token: str, audience: str, audiences: tuple[str, ...]) -> _Found:
        user, read = self.delegation.of(token, audience=audience)
        return _Found(_grant(user, read.session_id, read.kind, read.scopes), read.expires_at, audiences)


def _reading(grant: Grant) -> Grant:
    return replace(grant, scopes=frozenset({"read"}))


def _grant(user: User, session_id: str, kind: str, scopes: frozenset[str]) -> Grant:
    return Grant(
        user_id=user.id,
        session_id=session_id,
        kind=kind,
        scopes=scopes,
        home_currency=user.home_currency,
        time_zone=user.time_zone,
        locale=user.locale,
    )
