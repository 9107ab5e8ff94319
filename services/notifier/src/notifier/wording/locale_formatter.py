"""Formats money, dates and numbers for a reader's locale."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from datetime import date, timedelta
from functools import cache

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_timedelta
from babel.numbers import format_decimal, format_percent

from money import Money, decimals_of
from notifier.wording.names import isolated

_TEXT_LOCALE = "en"
"""The language of the texts."""


class LocaleFormatter:
    """Formats for one locale. An unknown locale falls back to its language, then to American English."""

    def __init__(self, locale: str) -> None:
        """Take a BCP 47 tag such as de-DE."""
        self._locale = _locale(locale)

    def money(self, wire: Mapping[str, str]) -> str:
        """Format {"amount", "currency"} with the decimals that ISO 4217 gives the currency."""
        amount = Money.from_wire(wire)
        pattern = copy.copy(self._locale.currency_formats["standard"])
        pattern.frac_prec = (decimals_of(amount.currency),) * 2
        return isolated(pattern.apply(amount.decimal, self._locale, currency=amount.currency, currency_digits=False))

    def day(self, iso: str) -> str:
        """Format an ISO date in its long form."""
        return isolated(format_date(date.fromisoformat(iso), "long", locale=self._locale))

    def percent(self, value: int) -> str:
        return isolated(format_percent(value / 100, locale=self._locale))

    def number(self, value: int) -> str:
        return isolated(format_decimal(value, locale=self._locale))


def duration(span: timedelta) -> str:
    """Format an approximate duration in the language of the texts."""
    return format_timedelta(span, locale=_TEXT_LOCALE, threshold=1.2)


@cache
def _locale(tag: str) -> Locale:
    for candidate in (tag, tag.partition("-")[0]):
        try:
            return Locale.parse(candidate, sep="-")
        except (UnknownLocaleError, ValueError):
            continue
    return Locale("en", "US")
