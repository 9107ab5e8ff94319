"""An amount of money: an integer of minor units and its currency."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal

from money.currencies import CURRENCIES

MAX_MINOR = 10**15 - 1
"""A thousand billion in a currency of three decimals; sums of a million of these still fit 64 bits."""

_PLAIN = re.compile(r"(-?)([0-9]{1,15})(?:\.([0-9]{1,6}))?", re.ASCII)


class MoneyError(ValueError):
    """This is not an amount of money."""


@dataclass(frozen=True, slots=True)
class Money:
    """`minor` whole minor units (cents) of `currency` (an ISO 4217 code)."""

    minor: int
    currency: str

    @classmethod
    def parse(cls, amount: str, currency: str) -> Money:
        """Read a plain decimal string such as "12.34".

        Raises:
            MoneyError: if the currency is unknown, or the string is no number, too large or has more decimals than the currency.
        """
        if currency not in CURRENCIES:
            raise MoneyError(f"{currency} is not a currency of ISO 4217")
        match = _PLAIN.fullmatch(amount)
        if match is None:
            raise MoneyError("must be a decimal number such as 12.34")
        sign, whole, fraction = match.group(1), match.group(2), match.group(3) or ""
        decimals = CURRENCIES[currency]
        if len(fraction.rstrip("0")) > decimals:
            raise MoneyError(f"{currency} has {decimals or 'no'} decimals")
        minor = int(whole + fraction[:decimals].ljust(decimals, "0"))
        if minor > MAX_MINOR:
            raise MoneyError("is too large")
        return cls(-minor if sign else minor, currency)

    @classmethod
    def from_wire(cls, value: Mapping[str, str]) -> Money:
        """Read {"amount": "12.34", "currency": "EUR"}; raises MoneyError."""
        return cls.parse(value["amount"], value["currency"])

    @classmethod
    def of(cls, amount: Decimal, currency: str) -> Money:
        """Round a decimal to the currency's minor unit, half to even; raises MoneyError if it is too large."""
        minor = int((amount.scaleb(CURRENCIES[currency])).quantize(Decimal(1), ROUND_HALF_EVEN))
        if abs(minor) > MAX_MINOR:
            raise MoneyError("is too large")
        return cls(minor, currency)

    @property
    def decimal(self) -> Decimal:
        """The amount in major units."""
        return Decimal(self.minor).scaleb(-CURRENCIES[self.currency])

    @property
    def text(self) -> str:
        """The amount as on the wire, with all decimals of the currency: "12.30"."""
        return text_of(self.minor, self.currency)

    def to_wire(self) -> dict[str, str]:
        """Return {"amount": "12.34", "currency": "EUR"}."""
        return {"amount": self.text, "currency": self.currency}

    def __add__(self, other: Money) -> Money:
        return Money(self.minor + self._same(other), self.currency)

    def __sub__(self, other: Money) -> Money:
        return Money(self.minor - self._same(other), self.currency)

    def __neg__(self) -> Money:
        return Money(-self.minor, self.currency)

    def _same(self, other: Money) -> int:
        if other.currency != self.currency:
            raise MoneyError(f"{other.currency} cannot be added to {self.currency}")
        return other.minor


def text_of(minor: int, currency: str) -> str:
    """Write minor units as on the wire, with all decimals of the currency: "12.30"."""
    decimals = CURRENCIES[currency]
    if not decimals:
        return str(minor)
    digits = str(abs(minor)).rjust(decimals + 1, "0")
    return f"{'-' if minor < 0 else ''}{digits[:-decimals]}.{digits[-decimals:]}"
