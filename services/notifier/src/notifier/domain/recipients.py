"""Who is told: an address that stays sealed, and how they write money and days."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo
from typing import Any
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class Recipient:
    """A person as auth last told of them; `version` counts auth's changes."""

    user_id: str
    address: str
    """Sealed; it is opened only at the moment of sending."""
    name: str
    locale: str
    time_zone: str
    version: int
    verified: bool
    """Whether they have proved that the address is theirs; until then it gets no alerts."""

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
        """Return which day it was where they live."""
        return day_in(self.time_zone, moment)


def day_in(time_zone: str, moment: datetime) -> date:
    """Return which day it was in a time zone."""
    return moment.astimezone(_zone(time_zone)).date()


def same_mailbox(one: str, other: str) -> bool:
    """Say whether two addresses are one mailbox, however a provider spells them."""
    return _spelled(one) == _spelled(other)


def _spelled(address: str) -> str:
    local, _at, domain = address.strip().rpartition("@")
    with suppress(UnicodeError):  # what is no domain is compared as it is
        domain = domain.encode("idna").decode("ascii")
    return f"{local}@{domain}".casefold()


def _zone(name: str) -> tzinfo:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        # auth checks zones; one that this machine's tables lack is at most a day off.
        return UTC
