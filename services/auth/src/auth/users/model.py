"""A user with everything that signs them in, and what people may change about themselves."""

from __future__ import annotations

import zoneinfo
from collections.abc import Callable
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from functools import cache

from auth.books.model import Book
from auth.errors import SessionNotFoundError, SignedOutError, StaleVersionError, TokenNotFoundError, UnacceptableError
from auth.store.document import Document
from auth.users.access_token import AccessToken
from auth.users.session import Session
from money import is_current

MOST_SESSIONS = 50
"""They are in the user's document, which must stay small: it is read for each service token."""
_MOST_NETWORKS = 10


@dataclass(frozen=True, slots=True)
class EmailedLink:
    """The only link of its kind that works: the digest of its token, and until when by the machine's time."""

    digest: str = field(repr=False)
    until: float


@dataclass(frozen=True, slots=True)
class NewLink:
    """A link that is about to be sent: its token, and what is stored of it."""

    token: str = field(repr=False)
    stored: EmailedLink
    expires_at: datetime
    """By the clock that people see."""


@dataclass(frozen=True, slots=True)
class PendingEmail:
    """An address that a user wants to change to, and the link that was sent there."""

    email: str = field(repr=False)
    link: EmailedLink


@dataclass(frozen=True, kw_only=True, slots=True)
class User:
    """A person with an account and everything that signs them in: one document, so one write ends any of it."""

    id: str
    email: str = field(repr=False)
    name: str
    password_hash: str = field(repr=False)
    created_at: datetime
    book: Book
    home_currency: str = "EUR"
    time_zone: str = "UTC"
    locale: str = "en"
    email_verified: bool = False
    version: int = 1
    """What If-Match refers to; counts the changes that people see."""
    sessions: tuple[Session, ...] = field(default=(), repr=False)
    tokens: tuple[AccessToken, ...] = field(default=(), repr=False)
    verification: EmailedLink | None = None
    reset: EmailedLink | None = None
    pending: PendingEmail | None = None
    networks: tuple[str, ...] = field(default=(), repr=False)
    """Keyed hashes of the networks that the user signed in from lately, the latest last."""
    document: Document | None = field(default=None, repr=False, compare=False)
    """The document that the user was read from, whose next revision a change saves."""

    @property
    def expires_at(self) -> float | None:
        """When the first of the sessions and tokens expires."""
        of_tokens = (token.expires_at for token in self.tokens if token.expires_at is not None)
        return min([*of_tokens, *(session.expires_at for session in self.sessions)], default=None)

    @property
    def secrets(self) -> frozenset[str]:
        """The digests of everything that signs the user in."""
        return frozenset({session.digest for session in self.sessions} | {token.digest for token in self.tokens})

    def active_sessions(self, now: float) -> list[Session]:
        """Return the sessions that have not expired, the newest first."""
        return sorted((each for each in self.sessions if not each.has_expired(now)), key=lambda each: each.id, reverse=True)

    def active_tokens(self, now: float) -> list[AccessToken]:
        """Return the access tokens that have not expired, the newest first."""
        return sorted((each for each in self.tokens if not each.has_expired(now)), key=lambda each: each.id, reverse=True)

    def session(self, session_id: str, now: float) -> Session:
        """Return an active session; raises SessionNotFoundError."""
        for session in self.active_sessions(now):
            if session.id == session_id:
                return session
        raise SessionNotFoundError

    def token(self, token_id: str, now: float) -> AccessToken:
        """Return an active access token; raises TokenNotFoundError."""
        for token in self.active_tokens(now):
            if token.id == token_id:
                return token
        raise TokenNotFoundError

    def require_session(self, session_id: str, now: float) -> None:
        """Raise SignedOutError if the session has ended: a service token outlives it by up to two minutes."""
        try:
            self.session(session_id, now)
        except SessionNotFoundError as error:
            raise SignedOutError from error

    def with_session(self, session: Session) -> User:
        """Return the user with one more session; if there are too many, the least recently used one ends."""
        latest = sorted(self.sessions, key=lambda each: each.seen)[-(MOST_SESSIONS - 1) :]
        return replace(self, sessions=(*latest, session))

    def with_replaced(self, changed: Session | AccessToken) -> User:
        """Return the user with this session or token in place of the one with the same id."""
        if isinstance(changed, Session):
            return replace(self, sessions=tuple(changed if each.id == changed.id else each for each in self.sessions))
        return replace(self, tokens=tuple(changed if each.id == changed.id else each for each in self.tokens))

    def without(self, ended: Session | AccessToken) -> User:
        sessions = tuple(each for each in self.sessions if each is not ended)
        return replace(self, sessions=sessions, tokens=tuple(each for each in self.tokens if each is not ended))

    def without_expired(self, now: float) -> User:
        sessions = tuple(session for session in self.sessions if not session.has_expired(now))
        return replace(self, sessions=sessions, tokens=tuple(token for token in self.tokens if not token.has_expired(now)))

    def with_new_password(self, password_hash: str, *, keeping: str = "", revoke_tokens: bool = True) -> User:
        """Return the user with another password, which ends all sessions but `keeping`, a reset and a change of the address."""
        kept = tuple(session for session in self.sessions if session.id == keeping)
        tokens = () if revoke_tokens else self.tokens
        return replace(self, password_hash=password_hash, sessions=kept, tokens=tokens, reset=None, pending=None)

    def seen_in(self, network: str) -> User:
        """Return the user after signing in from a network, given as a keyed hash."""
        others = [known for known in self.networks if known != network]
        return replace(self, networks=(*others[-(_MOST_NETWORKS - 1) :], network))

    def verified(self) -> User:
        return replace(self, email_verified=True, verification=None).with_next_version()

    def with_next_version(self) -> User:
        """Return the user with the next version, which every change that people see needs."""
        return replace(self, version=self.version + 1)

    def require_version(self, expected: int) -> None:
        """Raise StaleVersionError if the user was changed since they were shown."""
        if self.version != expected:
            raise StaleVersionError


@dataclass(frozen=True, kw_only=True, slots=True)
class ProfileChange:
    """New values of a profile, trimmed; None leaves a value as it is."""

    name: str | None = None
    home_currency: str | None = None
    time_zone: str | None = None
    locale: str | None = None

    def check(self, known_locale: Callable[[str], bool]) -> None:
        """Raise UnacceptableError if a value cannot be used."""
        if self.name == "":
            raise UnacceptableError(at="/name", message="must not be blank")
        if self.home_currency is not None and not is_current(self.home_currency):
            raise UnacceptableError(at="/home_currency", message="must be an ISO 4217 currency, such as EUR")
        if self.time_zone is not None and self.time_zone not in _time_zones():
            raise UnacceptableError(at="/time_zone", message="must be an IANA time zone, such as Europe/Berlin")
        if self.locale is not None and not known_locale(self.locale):
            raise UnacceptableError(at="/locale", message="must be a known locale, such as en-GB")

    def apply(self, user: User) -> User:
        values = {each.name: getattr(self, each.name) for each in fields(self)}
        return replace(user, **{name: value for name, value in values.items() if value is not None})


@cache
def _time_zones() -> frozenset[str]:
    return frozenset(zoneinfo.available_timezones())
