"""The sentences of a language, with amounts and days as the person's locale writes them."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_interval, format_skeleton
from babel.numbers import format_currency, get_decimal_symbol

from assistant.understanding.calendar import Period, Unit
from assistant.understanding.vocabulary import LANGUAGES
from money import Money

_SKELETONS = {Unit.MONTH: "yMMMM", Unit.QUARTER: "yQQQ", Unit.YEAR: "y"}
_LONG_AGO = date(1971, 1, 1)


class Phrasebook:
    """The sentences of one language."""

    def __init__(self, language: str, locale: str) -> None:
        """`locale` is the person's; amounts and days are written as it does if it is of this language."""
        self.language = language
        self.locale = locale_of(locale if locale.partition("-")[0] == language else language)
        self._sentences = _sentences(language)

    def say(self, key: str, **values: object) -> str:
        """Return a sentence with values filled in; raises KeyError for an unknown one."""
        section, _dot, name = key.partition(".")
        # Values are the person's data, so only the sentence is a template.
        return str(self._sentences[section][name]).format(**values)

    def money(self, money: Money) -> str:
        """Return an amount such as $12.30."""
        return format_currency(money.decimal, money.currency, locale=self.locale)

    def day(self, day: date) -> str:
        """Return a day such as 3 September 2017."""
        return format_date(day, "long", locale=self.locale)

    def month(self, day: date) -> str:
        """Return a month such as September 2017."""
        return format_skeleton("yMMMM", day, locale=self.locale)

    def period(self, period: Period | None) -> str:
        """Return a period as people say it, such as "September 2017", "Q2 2016" or "3 September 2017"."""
        if period is None:
            return self.say("labels.always")
        if period.first < _LONG_AGO:
            return self.say("labels.until", day=self.day(period.last))
        if period.unit in _SKELETONS:
            return format_skeleton(_SKELETONS[period.unit], period.first, locale=self.locale)
        if period.first == period.last:
            return self.day(period.first)
        return format_interval(period.first, period.last, "yMMMd", locale=self.locale)


def locale_of(text: str) -> Locale:
    """Return the locale of a language tag, English for an unknown one."""
    try:
        return Locale.parse(text, sep="-")
    except (UnknownLocaleError, ValueError):
        return Locale.parse("en")


def decimal_sign_of(locale: str) -> str:
    return get_decimal_symbol(locale_of(locale))


def month_comes_first(locale: str) -> bool:
    """Whether 9/3 means 3 September."""
    return str(locale_of(locale).date_formats["short"].pattern).casefold().startswith("m")


@cache
def phrasebook_in(language: str) -> Phrasebook:
    """Return the phrasebook of a language, the English one for a language without."""
    known = language if language in LANGUAGES else "en"
    return Phrasebook(known, known)


@cache
def _sentences(language: str) -> Mapping[str, Any]:
    return tomllib.loads((files(__package__) / f"{language}.toml").read_text("utf-8"))
