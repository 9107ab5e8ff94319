"""Recipients: an address that stays encrypted, and how a person writes money and dates."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo
from typing import Any
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class Recipient:
    """A person as auth last described them; `version` counts auth's changes."""

    user_id: str
    address: str
    """Encrypted; it is decrypted only when an email is sent."""
    name: str
    locale: str
    time_zone: str
    version: int
    verified: bool
    """Whether they have confirmed the address. Until then it gets no alerts."""

    @classmethod
    def from_facts(cls, facts: Mapping[str, Any]) -> Recipient:
        """Read the data of user.registered or user.changed."""
        return cls(
            user_id=facts["user_id"],
            address=facts["email"],
            name=facts["name"],
            locale=facts["locale"],
            time_zone=facts["time_zone"],
            version=facts["version"],
            verified=facts["email_verified"],
        )

    def day_of(self, moment: datetime) -> date:
        return day_in(self.time_zone, moment)


def day_in(time_zone: str, moment: datetime) -> date:
    return moment.astimezone(_zone(time_zone)).date()


def same_mailbox(left: str, right: str) -> bool:
    """Return whether two addresses are the same mailbox, however a provider spells them."""
    return _normalized(left) == _normalized(right)


def _normalized(address: str) -> str:
    local, _at, domain = address.strip().rpartition("@")
    with suppress(UnicodeError):  # an invalid domain is compared as it is
        domain = domain.encode("idna").decode("ascii")
    return f"{local}@{domain}".casefold()


def _zone(name: str) -> tzinfo:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        # Auth checks time zones. UTC is at most a day off for one that this machine lacks.
        return UTC
