"""Exchanges the secret of a session or access token for short-lived service tokens."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from auth.access_tokens.service import AccessTokens
from auth.errors import InvalidSecretError, SessionNotFoundError, TokenNotFoundError
from auth.service_tokens.signing import read, sign
from auth.service_tokens.signing_keys import SigningKeys
from auth.sessions.service import Sessions
from auth.store.ports import Now
from auth.users.model import User
from auth.users.secret import DELEGATED_PREFIX, EXTENSION_PREFIX, PAT_PREFIX, SESSION_PREFIX
from auth.users.store import Users
from chassis.security.tokens import SHARED_AUDIENCE, Caller

LIFETIME_SECONDS = 120
ALL_SCOPES = frozenset({"read", "write"})
AUDIENCES = ("auth", "expenses", "budgets", "notifier", "assistant")
"""A token for each service, so that none of them can use what it receives at another."""
DELEGATED_AUDIENCES = ("expenses", "budgets", "notifier")
"""What the assistant may use for its caller: their data, not their account, and not the assistant itself."""
EXTENSION = "extension"
"""The audience of the token with which IBM Watson Assistant may call the assistant back; it may only read."""


@dataclass(frozen=True, slots=True)
class ServiceTokens:
    """A signed token for each service, and when all expire, in seconds since 1970."""

    tokens: Mapping[str, str]
    expires_at: int
    shared: str
    """One for every service, for gateways of a former version that are still running; empty if not all services are covered."""


@dataclass(frozen=True, slots=True)
class _Grant:
    """The caller that a secret stands for, when it expires at the latest, and the services that accept it."""

    caller: Caller
    expires_at: float | None
    audiences: tuple[str, ...] = AUDIENCES


@dataclass(frozen=True, kw_only=True)
class TokenExchange:
    """For the gateway, which asks for every browser and script about once a minute: one read, of the user's document.

    Working in somebody else's book takes a second read, of its owner's document.
    """

    users: Users
    sessions: Sessions
    tokens: AccessTokens
    keys: SigningKeys
    now: Now

    def exchange(self, secret: str, *, book_id: str = "") -> ServiceTokens:
        """Return service tokens for the caller's own book, or for another one of which they are a member.

        Raises:
            InvalidSecretError: if the secret is not valid, or the caller is not a member.
        """
        grant, expires_at = self._grant_of(secret, book_id), int(self.now()) + LIFETIME_SECONDS
        if grant.expires_at is not None:
            expires_at = min(expires_at, int(grant.expires_at))  # they must not outlive what they were exchanged for
        tokens = {name: self._signed(grant.caller, name, expires_at) for name in grant.audiences}
        if grant.audiences != AUDIENCES:
            return ServiceTokens(tokens, expires_at, "")
        if "read" in grant.caller.scopes:
            tokens[EXTENSION] = self._signed(_read_only(grant.caller), EXTENSION, expires_at)
        return ServiceTokens(tokens, expires_at, self._signed(grant.caller, SHARED_AUDIENCE, expires_at))

    def _signed(self, caller: Caller, audience: str, expires_at: int) -> str:
        key = self.keys.current()
        return sign(caller, private=key.pair.private, key_id=key.id, expires_at=expires_at, audience=audience)

    def _grant_of(self, secret: str, book_id: str) -> _Grant:
        kinds: Mapping[str, Callable[[str, str], _Grant]] = {
            SESSION_PREFIX: self._of_session,
            PAT_PREFIX: self._of_token,
            DELEGATED_PREFIX: self._of_delegated,
            EXTENSION_PREFIX: self._of_extension,
        }
        for prefix, grant_of in kinds.items():
            if secret.startswith(prefix):
                return grant_of(secret, book_id)
        raise InvalidSecretError

    def _of_session(self, secret: str, book_id: str) -> _Grant:
        user, session = self.sessions.by_secret(secret)
        self.sessions.record_use(user, session)
        return _Grant(self._caller(user, session.id, "session", ALL_SCOPES, book_id), session.expires_at)

    def _of_token(self, secret: str, book_id: str) -> _Grant:
        user, token = self.tokens.by_secret(secret)
        self.tokens.record_use(user, token)
        return _Grant(self._caller(user, token.id, "token", frozenset(token.scopes), book_id), token.expires_at)

    def _of_delegated(self, secret: str, _book_id: str) -> _Grant:
        return self._of_service_token(secret.removeprefix(DELEGATED_PREFIX), "assistant", DELEGATED_AUDIENCES)

    def _of_extension(self, secret: str, _book_id: str) -> _Grant:
        grant = self._of_service_token(secret.removeprefix(EXTENSION_PREFIX), EXTENSION, ("assistant",))
        return replace(grant, caller=_read_only(grant.caller))

    def _of_service_token(self, token: str, audience: str, audiences: tuple[str, ...]) -> _Grant:
        """Accept a service token as long as it and what it was made from are valid. It stays with its book."""
        caller, expires_at = read(token, public_key=self.keys.public, audience=audience)
        user = self.users.get(caller.user_id) if expires_at > self.now() else None
        scopes = caller.scopes & self._granted(user, caller) if user else frozenset()
        if user is None or not scopes:
            raise InvalidSecretError
        return _Grant(self._caller(user, caller.session_id, caller.kind, scopes, caller.book_id), expires_at, audiences)

    def _granted(self, user: User, caller: Caller) -> frozenset[str]:
        """Return what the session or access token may do now; raises InvalidSecretError if it has ended."""
        try:
            if caller.kind == "session":
                user.session(caller.session_id, self.now())
                return caller.scopes
            return frozenset(user.token(caller.session_id, self.now()).scopes)
        except (SessionNotFoundError, TokenNotFoundError) as error:
            raise InvalidSecretError from error

    def _caller(self, user: User, session_id: str, kind: str, scopes: frozenset[str], book_id: str) -> Caller:
        owner = self._owner_of(book_id or user.book.id, user)
        return Caller(
            user_id=user.id,
            session_id=session_id,
            kind=kind,
            scopes=scopes,
            home_currency=owner.home_currency,
            time_zone=owner.time_zone,
            locale=user.locale,
            book="" if owner is user else owner.book.id,
        )

    def _owner_of(self, book_id: str, user: User) -> User:
        """Return the owner of a book; raises InvalidSecretError unless the user is a member."""
        owner = user if book_id == user.book.id else self.users.get(book_id)
        if owner is None or not owner.book.has_member(user.id):
            raise InvalidSecretError
        return owner


def _read_only(caller: Caller) -> Caller:
    return replace(caller, scopes=frozenset({"read"}))
