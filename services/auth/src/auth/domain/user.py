"""A user, and what a person may say about themselves."""

from __future__ import annotations

import zoneinfo
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cache
from typing import Any, TypedDict, cast

from auth.domain.address import normalised
from auth.domain.errors import UnacceptableError
from auth.domain.ports import KnownLocale
from money import is_currency


@dataclass(frozen=True, kw_only=True, slots=True)
class User:
    """Somebody with an account."""

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
    generation: int = 1
    """Sessions of an earlier generation have ended: one write ends them all."""
    kept_session: str = ""
    """Id of the one session of an earlier generation that goes on."""
    verification: str = ""
    """Digest of the only token that verifies the address."""
    reset: str = ""
    """Digest of the only token that sets a new password."""

    def with_new_password(self, hashed: str, *, keeping: str = "") -> User:
        """Return the user with another password, which ends all sessions but `keeping` and spends a reset."""
        return replace(self, password_hash=hashed, generation=self.generation + 1, kept_session=keeping, reset="")

    def verified(self) -> User:
        """Return the user whose address is known to be theirs."""
        return replace(self, email_verified=True, verification="", version=self.version + 1)


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
    if not is_currency(details.get("home_currency", "EUR")):
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
