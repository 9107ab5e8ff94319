"""How many mails an account, a network and the owner of an address can be made to get."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from auth.rate_limits.limits import MAILS_OF_ACCOUNT, MAILS_OF_NETWORK, MAILS_TO_ADDRESS
from auth.store.ports import Limits


@dataclass(frozen=True, kw_only=True)
class MailAllowance:
    """Counts mails that go to an address of which nobody has proved that it is theirs."""

    limits: Limits
    key_of: Callable[[str], str]
    """An address -> a keyed hash that stands for its mailbox."""

    def spend(self, *, to: str, network: str, account: str = "") -> None:
        """Count a mail; raises TooManyAttemptsError if it is one too many for any of the three."""
        self.limits.hit(MAILS_OF_NETWORK, network)
        if account:
            self.limits.hit(MAILS_OF_ACCOUNT, account)
        self.spend_to(to)

    def spend_to(self, address: str) -> None:
        """Count a mail by its address alone; raises TooManyAttemptsError if it is one too many."""
        self.limits.hit(MAILS_TO_ADDRESS, self.key_of(address))
