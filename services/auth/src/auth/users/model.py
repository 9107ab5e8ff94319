"""A user, and what a person may say about themselves."""

from __future__ import annotations

import zoneinfo
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cache
from typing import Any, TypedDict, cast

from auth.errors import UnacceptableError
from auth.store.document import Document
from auth.store.ports import KnownLocale
from auth.users.access_token import AccessToken
from auth.users.email_address import normalised
from auth.users.session import Session
from money import is_current

_MOST_NETWORKS = 10


@dataclass(frozen=True, slots=True)
class SentLink:
    """The only link of its kind that works: the digest of its token, and until when by the machine's time."""

    digest: str = field(repr=False)
    until: float


@dataclass(frozen=True, slots=True)
class PendingAddress:
    """An address that somebody wants to change to, and the link that was sent there."""

    email: str = field(repr=False)
    link: SentLink


@dataclass(frozen=True, kw_only=True, slots=True)
class User:
    """Somebody with an account, and all that lets them in: one document, so one write ends any of it."""

    id: str
    email: str = field(repr=False)
    name: str
    password_hash: str = field(repr=False)
    created_at: datetime
    home_currency: str = "EUR"
    time_zone: str = "UTC"
    locale: str = "en"
    email_verified: bool = False
    version: int = 1
    """What If-Match refers to; counts the changes that people see."""
    sessions: tuple[Session, ...] = field(default=(), repr=False)
    tokens: tuple[AccessToken, ...] = field(default=(), repr=False)
    verification: SentLink | None = None
    reset: SentLink | None = None
    pending: PendingAddress | None = None
    networks: tuple[str, ...] = field(default=(), repr=False)
    """From where they signed in lately, as keyed hashes, the latest last."""
    document: Document | None = field(default=None, repr=False, compare=False)
    """What it was read from, on whose revision the next state is saved."""

    @property
    def expires_at(self) -> float | None:
        """When the first of its sessions or tokens is over."""
        of_tokens = (token.expires_at for token in self.tokens if token.expires_at is not None)
        return min([*of_tokens, *(session.expires_at for session in self.sessions)], default=None)

    @property
    def secrets(self) -> frozenset[str]:
        """The digests of all that lets them in."""
        return frozenset({session.digest for session in self.sessions} | {token.digest for token in self.tokens})

    def with_new_password(self, hashed: str, *, keeping: str = "", revoke_tokens: bool = True) -> User:
        """Return the user with another password, which ends other sessions than `keeping`, a reset and a change of address."""
        kept = tuple(session for session in self.sessions if session.id == keeping)
        return replace(
            self, password_hash=hashed, sessions=kept, tokens=() if revoke_tokens else self.tokens, reset=None, pending=None
        )

    def seen_in(self, network: str) -> User:
        """Return the user who signs in from a network, given as a keyed hash."""
        others = [known for known in self.networks if known != network]
        return replace(self, networks=(*others[-(_MOST_NETWORKS - 1) :], network))

    def verified(self) -> User:
        """Return the user whose address is known to be theirs."""
        return replace(self, email_verified=True, verification=None, version=self.version + 1)

    def without_ended(self, now: float) -> User:
        """Return the user without the sessions and tokens whose time is up."""
        sessions = tuple(session for session in self.sessions if not session.over(now))
        tokens = tuple(token for token in self.tokens if not token.over(now))
        return replace(self, sessions=sessions, tokens=tokens)


class Details(TypedDict, total=False):
    """What people say about themselves."""

    email: str
    name: str
    home_currency: str
    time_zone: str
    locale: str


def checked_details(given: Mapping[str, Any], known_locale: KnownLocale) -> Details:
    """Return those of email, name, home_currency, time_zone and locale that are given, tidied; raises UnacceptableError."""
    kept = ("name", "home_currency", "time_zone", "locale")
    details = cast("Details", {key: given[key].strip() for key in kept if key in given})
    if "email" in given:
        details["email"] = normalised(given["email"])
    if details.get("name") == "":
        raise UnacceptableError(at="/name", message="must not be blank")
    if not is_current(details.get("home_currency", "EUR")):
        raise UnacceptableError(at="/home_currency", message="must be a currency of ISO 4217, such as EUR")
    if details.get("time_zone", "UTC") not in _time_zones():
        raise UnacceptableError(at="/time_zone", message="must be a time zone of the IANA database, such as Europe/Berlin")
    if "locale" in details:
        details["locale"] = details["locale"].replace("_", "-")
        if not known_locale(details["locale"]):
            raise UnacceptableError(at="/locale", message="must be a known locale, such as en-GB")
    return details


@cache
def _time_zones() -> frozenset[str]:
    return frozenset(zoneinfo.available_timezones())
