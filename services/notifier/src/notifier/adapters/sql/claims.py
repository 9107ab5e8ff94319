"""Which process holds which mail.

A claim of another process ends when this one has looked at it unchanged for the length of a lease, by a clock that nobody can
set. What the machines' clocks say does not matter, so that one that is put forward or back takes no mail from the living.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

import sqlalchemy as sa

from notifier.adapters.sql import tables as t
from notifier.domain.mails import LEASE_SECONDS, MailState

LOOK_SECONDS = 5.0
"""The time between two looks at what others hold."""

PENDING = t.mail.c.state == MailState.PENDING

Claim = tuple[str, str, int]
"""(mail, owner, when it was made by the owner's clock): a mail that is claimed anew has another one."""


class Seen(NamedTuple):
    """A mail that is to be claimed, as it was a moment ago."""

    id: str
    attempted_ms: int | None
    claimed_by: str | None
    claimed_until_ms: int


def held_by_others(owner: str) -> sa.Select[Any]:
    """Compose the query of other processes' claims."""
    columns = (t.mail.c.id, t.mail.c.claimed_by, t.mail.c.claimed_until_ms)
    return sa.select(*columns).where(PENDING, t.mail.c.claimed_by.is_not(None), t.mail.c.claimed_by != owner)


class Watch:
    """Remembers since when each claim of another process has been seen."""

    def __init__(self, elapsed: Callable[[], float]) -> None:
        """`elapsed` are seconds that only ever grow."""
        self._elapsed = elapsed
        self._seen: dict[Claim, float] = {}
        self._looked: float | None = None

    def due(self) -> bool:
        """Say whether it is time for another look."""
        return self._looked is None or self._elapsed() - self._looked >= LOOK_SECONDS

    def look(self, claims: Iterable[Claim]) -> None:
        """Take note of the claims that there are now."""
        now = self._looked = self._elapsed()
        self._seen = {claim: self._seen.get(claim, now) for mail_id, owner, made in claims if (claim := (mail_id, owner, made))}

    def abandoned(self) -> list[str]:
        """Return the mails whose holders must be dead, or have given up by now."""
        now = self._elapsed()
        return [mail_id for (mail_id, _owner, _made), since in self._seen.items() if now - since >= LEASE_SECONDS]

    def waits(self) -> bool:
        """Say whether there is a claim to keep an eye on."""
        return bool(self._seen)
