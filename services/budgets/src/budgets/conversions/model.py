"""A change of the home currency: the rate at which limits are converted, and whether all expenses have been."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from money import Money, MoneyError, decimals_of

_MOST_WHOLE = 10**12


@dataclass(frozen=True, slots=True)
class Conversion:
    """One change. Its converted expenses come in several events, before or after the one with the rate."""

    version: int
    """Of the user; a later change has a higher one."""
    source: str
    target: str
    rate: Decimal | None = None
    """How much of the target currency one unit of the source was on the day of the change; None if there is no rate."""
    received: int = 0
    """Events with converted expenses that came."""
    expected: int | None = None
    """How many there are; None as long as that is unknown."""
    applied: bool = False
    """Whether budgets have been converted."""

    @property
    def is_complete(self) -> bool:
        """Say whether all converted expenses are here."""
        return self.expected is not None and self.received >= self.expected

    def converted(self, limit: Money) -> Money:
        """Return a limit in the target currency: rounded half to even, at least one minor unit, at most what an amount can be.

        Without a rate the figure stays, as that of an expense does: 200.00 USD become 200.000 KWD.
        """
        figure = limit.decimal if self.rate is None else limit.decimal * self.rate
        most = _MOST_WHOLE * 10 ** decimals_of(self.target) - 1
        try:
            minor = Money.of(figure, self.target).minor
        except MoneyError:
            minor = most
        return Money(min(max(minor, 1), most), self.target)
