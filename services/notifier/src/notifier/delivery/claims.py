"""Claims: which process may send which email.

A claim of another process counts as abandoned when this process has seen it unchanged for the length of a lease, by a monotonic
clock. Wall clocks do not matter, so moving one takes no email from a living process.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple

from notifier.delivery.model import LEASE_SECONDS

CHECK_SECONDS = 5.0
"""The time between two checks of other processes' claims."""


class DueMail(NamedTuple):
    """An email to claim, as it was a moment ago."""

    id: str
    attempted_ms: int | None
    claimed_by: str | None
    claimed_until_ms: int


class Claim(NamedTuple):
    """A claim of another process. One that is renewed has another `made_ms`."""

    mail_id: str
    owner: str
    made_ms: int
    """By the owner's clock."""


class ClaimMonitor:
    """Remembers since when each claim of another process has been seen."""

    def __init__(self, elapsed: Callable[[], float]) -> None:
        """`elapsed` is a monotonic clock in seconds."""
        self._elapsed = elapsed
        self._first_seen: dict[Claim, float] = {}
        self._checked: float | None = None

    def is_check_due(self) -> bool:
        """Return whether it is time for another check."""
        return self._checked is None or self._elapsed() - self._checked >= CHECK_SECONDS

    def check(self, claims: Iterable[Claim]) -> None:
        """Take the claims that exist now."""
        now = self._checked = self._elapsed()
        self._first_seen = {claim: self._first_seen.get(claim, now) for claim in claims}

    def abandoned(self) -> list[str]:
        """Return the emails whose holders have died or given up."""
        now = self._elapsed()
        return [claim.mail_id for claim, since in self._first_seen.items() if now - since >= LEASE_SECONDS]

    def has_claims(self) -> bool:
        return bool(self._first_seen)
