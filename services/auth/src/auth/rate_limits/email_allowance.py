"""How many emails can be sent to an unverified address, for an account, and from a network."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from auth.rate_limits.counting import RateLimits
from auth.rate_limits.limits import EMAILS_PER_ACCOUNT, EMAILS_PER_ADDRESS, EMAILS_PER_NETWORK


@dataclass(frozen=True, kw_only=True)
class EmailAllowance:
    """Counts emails to addresses that nobody has verified."""

    limits: RateLimits
    mailbox_key: Callable[[str], str]
    """Address to a keyed hash that stands for its mailbox."""

    def spend(self, *, to: str, network: str, account: str = "") -> None:
        """Count an email; raises TooManyAttemptsError if one of the three limits is reached."""
        self.limits.hit(EMAILS_PER_NETWORK, network)
        if account:
            self.limits.hit(EMAILS_PER_ACCOUNT, account)
        self.spend_to(to)

    def spend_to(self, address: str) -> None:
        """Count an email by its address alone; raises TooManyAttemptsError if the limit is reached."""
        self.limits.hit(EMAILS_PER_ADDRESS, self.mailbox_key(address))
