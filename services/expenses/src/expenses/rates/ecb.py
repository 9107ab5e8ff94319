"""Exchange rates of the European Central Bank since 1999, as the package currencyconverter brings them; no network."""

from __future__ import annotations

import threading
from datetime import date
from decimal import Decimal
from typing import Any

from currency_converter import CurrencyConverter, RateNotFoundError

from expenses.errors import NoRateError


class EcbRates:
    """Loads its history, a second's work, when the first rate is asked for."""

    def __init__(self) -> None:
        self._converter: Any = None
        self._loading = threading.Lock()

    def rate(self, source: str, target: str, day: date) -> Decimal:
        """Return the rate of the day or of the last working day before; raises NoRateError."""
        converter = self._loaded()
        quoted = _quoted(converter, source, target, day)
        return self._convert(source, target, min(day, quoted[1]), first=quoted[0])

    def nearest(self, source: str, target: str, day: date) -> Decimal:
        """Return the rate of the nearest day that has one; raises NoRateError."""
        first, last = _quoted(self._loaded(), source, target, day)
        return self._convert(source, target, min(max(day, first), last), first=first)

    def _convert(self, source: str, target: str, day: date, *, first: date) -> Decimal:
        if day < first:
            raise NoRateError(source, target, day)
        try:
            return Decimal(self._loaded().convert(Decimal(1), source, target, date=day))
        except (RateNotFoundError, ValueError) as error:
            raise NoRateError(source, target, day) from error

    def _loaded(self) -> Any:
        with self._loading:
            if self._converter is None:
                self._converter = CurrencyConverter(
                    fallback_on_missing_rate=True, fallback_on_missing_rate_method="last_known", decimal=True
                )
            return self._converter


def _quoted(converter: Any, source: str, target: str, day: date) -> tuple[date, date]:
    """Return the first and the last day on which both currencies have a rate."""
    try:
        bounds = [converter.bounds[code] for code in (source, target)]
    except KeyError as error:
        raise NoRateError(source, target, day) from error
    first, last = max(bound.first_date for bound in bounds), min(bound.last_date for bound in bounds)
    if first > last:
        raise NoRateError(source, target, day)
    return first, last
