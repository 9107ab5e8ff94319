"""What an amount is in the home currency."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import date
from decimal import Decimal

from expenses.errors import NoRateError
from expenses.rates.ecb import EcbRates
from money import Money, MoneyError, decimals_of

_KEPT_RATES = 10_000
_MOST_WHOLE = 10**12
_MOST_CARRIED = 10**12 - 1
"""Of what is carried over without a rate; it fits every currency."""


class Converter:
    """Converts with the rate of the day on which something was spent, remembering the rates it used."""

    def __init__(self, rates: EcbRates) -> None:
        self._rates = rates
        self._known: dict[tuple[str, str, date], Decimal] = {}

    def home_of(self, amount: Money, home_currency: str, day: date) -> Money:
        """Return the amount in the home currency; raises NoRateError, or MoneyError if it becomes too large."""
        if amount.currency == home_currency:
            return amount
        return _in_bounds(Money.of(amount.decimal * self._rate(amount.currency, home_currency, day), home_currency))

    def moved_home(self, paid: Money, home: Money, day: date, home_currency: str) -> Money:
        """Return in another home currency what was `paid` on a day, and was `home` in the home currency before.

        People change their home currency seldom and expect every old expense to follow, so there is always an answer. The first of
        these that exists: the rate of the day from the amount that was paid; the same from the amount in the old home currency; the
        rate of the nearest day; and if two currencies were never quoted, or it becomes too large, the old figure, which can be
        corrected by hand.
        """
        if paid.currency == home_currency:
            return paid
        for rate_of in (self._rate, self._rates.nearest):
            for amount in (paid, home):
                moved = _converted(amount, home_currency, day, rate_of)
                if moved is not None:
                    return moved
        figure = int(home.decimal.scaleb(decimals_of(home_currency)))
        return Money(min(figure, _MOST_CARRIED), home_currency)

    def rate_for_limits(self, source: str, target: str, day: date) -> Decimal | None:
        """Return the rate at which budgets are converted: of the day, or else of the nearest that has one; None without any."""
        for rate_of in (self._rate, self._rates.nearest):
            with suppress(NoRateError):
                return rate_of(source, target, day)
        return None

    def _rate(self, source: str, target: str, day: date) -> Decimal:
        key = (source, target, day)
        rate = self._known.get(key)
        if rate is None:
            if len(self._known) >= _KEPT_RATES:
                self._known.clear()
            rate = self._known[key] = self._rates.rate(source, target, day)
        return rate


def _converted(amount: Money, target: str, day: date, rate_of: Callable[[str, str, date], Decimal]) -> Money | None:
    if amount.currency == target:
        return amount
    try:
        return _in_bounds(Money.of(amount.decimal * rate_of(amount.currency, target, day), target))
    except (NoRateError, MoneyError):
        return None


def _in_bounds(money: Money) -> Money:
    """Return the money; raises MoneyError if it has more than the twelve digits that an amount may have on the wire."""
    if money.minor >= _MOST_WHOLE * 10 ** decimals_of(money.currency):
        raise MoneyError("is too large")
    return money
