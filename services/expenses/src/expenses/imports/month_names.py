"""The names of months in many languages, from the Unicode consortium's CLDR as Babel contains it; no network."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache

from babel import Locale, UnknownLocaleError

from expenses.imports.readers.dates import Months
from expenses.imports.readers.vocabulary import plain

_LANGUAGES = [
    "en",
    "de",
    "fr",
    "es",
    "it",
    "pt",
    "nl",
    "pl",
    "cs",
    "sk",
    "hu",
    "ro",
    "bg",
    "hr",
    "sl",
    "sr",
    "sr_Latn",
    "bs",
    "mk",
    "sq",
    "el",
    "tr",
    "ru",
    "uk",
    "be",
    "lt",
    "lv",
    "et",
    "fi",
    "sv",
    "da",
    "nb",
    "nn",
    "is",
    "ga",
    "mt",
    "ca",
    "eu",
    "gl",
    "lb",
    "af",
    "id",
    "ms",
    "vi",
    "th",
    "fil",
    "sw",
    "hi",
    "bn",
    "ta",
    "te",
    "mr",
    "gu",
    "kn",
    "ml",
    "pa",
    "ur",
    "fa",
    "ar",
    "he",
    "ka",
    "hy",
    "az",
    "az_Cyrl",
    "kk",
    "uz",
    "ky",
    "mn",
    "km",
]
"""Of the countries whose currencies the European Central Bank quotes or quoted, and of others with many banks."""


def month_names(locale: str) -> list[Months]:
    """Return the names of months in each language, the one of the locale first.

    A language is read when it is first asked for: all of them together take a third of a second.
    """
    own = locale.replace("-", "_").partition("_")[0]
    return [_Language(language) for language in dict.fromkeys([own, *_LANGUAGES])]


class _Language(Mapping[str, int]):
    """The names of one language, which are read when they are looked at."""

    def __init__(self, language: str) -> None:
        self._language = language

    def __getitem__(self, name: str) -> int:
        return _names(self._language)[name]

    def __iter__(self) -> Iterator[str]:
        return iter(_names(self._language))

    def __len__(self) -> int:
        return len(_names(self._language))


@cache
def _names(language: str) -> dict[str, int]:
    """Return full and short names; of an unknown language none."""
    try:
        months = Locale.parse(language).months
    except (UnknownLocaleError, ValueError):
        return {}
    names: dict[str, int] = {}
    for context in ("format", "stand-alone"):
        for width in ("wide", "abbreviated"):
            for number, name in months[context][width].items():
                names.setdefault(plain(name), number)
    return names | _shortened(names)


def _shortened(names: dict[str, int]) -> dict[str, int]:
    """Return the beginnings of names, of three letters and more, that could be one month only: "Sept", "Febr", "Okt"."""
    meant: dict[str, set[int]] = {}
    for name, number in names.items():
        for length in range(3, len(name)):
            meant.setdefault(name[:length], set()).add(number)
    return {short: numbers.pop() for short, numbers in meant.items() if len(numbers) == 1 and short not in names}
