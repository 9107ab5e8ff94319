"""Dates as files write them."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date

from expenses.imports.readers.vocabulary import plain

_FIRST_YEAR, _LAST_YEAR = 1900, 2399
_BUDDHIST = 543
"""How far Thai years are ahead: 2569 is 2026."""
_SHORT_YEAR_LENGTH = 2
_CENTURY_TURN = 70
"""Two-digit years below this belong to this century."""

FORMATS = (
    "YYYY-MM-DD",
    "DD.MM.YYYY",
    "DD/MM/YYYY",
    "MM/DD/YYYY",
    "YYYY/MM/DD",
    "DD-MM-YYYY",
    "MM-DD-YYYY",
    "YYYYMMDD",
    "DD.MM.YY",
    "DD/MM/YY",
    "MM/DD/YY",
    "YYYY.MM.DD",
    "YYYY:MM:DD",
    "YYYY MM DD",
    "DD-MM-YY",
    "MM-DD-YY",
    "YY-MM-DD",
    "YY/MM/DD",
    "YY.MM.DD",
    "MM.DD.YYYY",
    "MM.DD.YY",
    "DD MM YYYY",
    "DDMMYYYY",
    "MMDDYYYY",
    "YYMMDD",
    "DDMMYY",
    "YYYY/DD/MM",
    "YYYY-DD-MM",
    "DD MMM YYYY",
    "MMM DD YYYY",
    "YYYY MMM DD",
)
_RARE = frozenset({"YYYY/DD/MM", "YYYY-DD-MM", "MM.DD.YYYY", "MM.DD.YY", "MM-DD-YY", "YY-MM-DD", "YY/MM/DD", "YY.MM.DD"})
"""Formats that are used only if no usual format reads as many dates."""
DIGITS_ONLY = frozenset({"YYYYMMDD", "DDMMYYYY", "MMDDYYYY", "YYMMDD", "DDMMYY"})
"""Formats that any number could have."""
_MONTH_FIRST = re.compile(r"MMM?[^M]?DD")
_MOST_REMEMBERED = 50_000
"""Cells that are remembered: a file with garbage for dates must not fill the memory."""
_SHORTEST, LONGEST_DATE, _LEAST_DIGITS = 6, 45, 3
MOST, HALF = 0.9, 0.5
"""Shares of a column that must fit: to take it for dates at all, and to read a column that is known to hold dates."""

ReadDay = Callable[[str], str | None]
Months = Mapping[str, int]
"""The names of months in one language, as returned by `plain`, with the number of the month."""


def day_reader(date_format: str, months: Months | None = None) -> ReadDay:
    """Return a function from text to an ISO date, or to None if the text is no such date. A time of day after it is ignored.

    The function remembers what it read: a file has far fewer dates than rows.
    """
    pattern, names, known = _PATTERNS[date_format], {} if months is None else months, dict[str, str | None]()

    def read(text: str) -> str | None:
        if text in known:
            return known[text]
        if len(known) > _MOST_REMEMBERED:
            known.clear()
        day = known[text] = _read(pattern, text, names)
        return day

    return read


_YEAR, _SHORT_YEAR, _EITHER_YEAR = r"(?P<year>\d{4})", r"(?P<year>\d{2})", r"(?P<year>\d{4}|\d{2})"
_WORD = r"[^\W\d_][^\d\s,/_'\-]*"
"""A name, which may have full stops and vowel signs within."""
_NAME = rf"(?P<name>{_WORD})"
_WEEKDAY = r"(?:[^\W\d_]+\.?,?\s+)?"
_JOINT = r"[\s\-/.,']*(?:(?:de|del|d|of)\b[\s']*)?"
"""What separates a month's name from the numbers: "12-Dec-2019", "12. Dez 2019", "2 de enero de 2024"."""
_ORDINAL = r"(?:st|nd|rd|th|er|[ºª])?"
_NAMED = {
    "DD MMM YYYY": rf"{_WEEKDAY}(?P<day>\d{{1,2}}){_ORDINAL}{_JOINT}{_NAME}{_JOINT}{_EITHER_YEAR}\.?(?:\s*[\u0433\u0440]\.?)?",
    "MMM DD YYYY": rf"{_WEEKDAY}{_NAME}[\s\-/.,]*(?P<day>\d{{1,2}}){_ORDINAL}[\s\-/.,']+{_EITHER_YEAR}",
    "YYYY MMM DD": rf"{_YEAR}(?:\s*m\.)?{_JOINT}{_NAME}[\s\-/.,]*(?P<day>\d{{1,2}}){_ORDINAL}\.?(?:\s*d\.)?",
}
_TIME = r"(?:[T ,]+(?:[^\W\d_]{1,4}\.?\s+)?\d.*|;\d{6}|\s*\(\w{1,3}\))?"
"""A time of day, also as in "klo 10.15", or a day of the week in brackets."""
_MARKS = dict.fromkeys(map(ord, "\u200e\u200f\u061c"))
_CLOCK = r"(?:T?\d{4,6}(?:\.\d+)?(?:\[.*\])?)?"
"""A time of day that follows without a gap, as in OFX: 20091224120000[0:GMT]."""


def _pattern(date_format: str) -> re.Pattern[str]:
    if date_format in _NAMED:
        return re.compile(rf"\s*{_NAMED[date_format]}{_TIME}\s*")
    fixed = date_format in DIGITS_ONLY
    number = r"\d\d" if fixed else r"\d{1,2}"
    parts = {"YYYY": _YEAR, "YY": _SHORT_YEAR, "MM": f"(?P<month>{number})", "DD": f"(?P<day>{number})"}
    gaps = {".": r"\.\s?", " ": r"(?:\s+|\s*[年月]\s*)"}
    body = "".join(parts.get(part) or gaps.get(part) or re.escape(part) for part in re.findall("Y+|M+|D+|.", date_format))
    end = {".": r"\.?", " ": "日?"}.get(re.sub("[YMD]", "", date_format)[:1], "")
    clock = _CLOCK if date_format == "YYYYMMDD" else ""
    weekday = "" if fixed else r"(?:[^\W\d_]{1,4}[.,]{0,2}\s+)?"
    return re.compile(rf"\s*{weekday}{body}{end}{clock}{_TIME}\s*")


_PATTERNS = {date_format: _pattern(date_format) for date_format in FORMATS}
_ANY = re.compile("|".join(re.sub(r"\?P<\w+>", "?:", pattern.pattern) for pattern in _PATTERNS.values()))


def _read(pattern: re.Pattern[str], text: str, months: Months) -> str | None:
    match = pattern.fullmatch(text if text.isascii() else _western(text))
    if match is None:
        return None
    parts = match.groupdict()
    month = int(parts["month"]) if "month" in parts else months.get(plain(parts["name"]), 0)
    year = int(parts["year"])
    if len(parts["year"]) == _SHORT_YEAR_LENGTH:
        year += 2000 if year < _CENTURY_TURN else 1900
    elif year > _LAST_YEAR:
        year -= _BUDDHIST
    try:
        day = date(year, month, int(parts["day"]))
    except ValueError:
        return None
    return day.isoformat() if _FIRST_YEAR <= year <= _LAST_YEAR else None


def may_be_day(text: str) -> bool:
    """Say whether a text has the length and the digits of a date, which is quickly known."""
    return _SHORTEST <= len(text) <= LONGEST_DATE and sum(map(str.isdigit, text)) >= _LEAST_DIGITS


def looks_like_day(text: str) -> bool:
    """Say whether a text is written like a date in some format, even if there is no such date."""
    return _ANY.fullmatch(text if text.isascii() else _western(text)) is not None


def _western(text: str) -> str:
    """Return a text with ASCII digits, points and slashes, and without the marks that change the direction of writing."""
    digits = (str(unicodedata.decimal(letter)) if letter.isdecimal() else letter for letter in text.translate(_MARKS))
    return "".join(digits).translate({0xFF0F: "/", 0xFF0E: ".", 0xFF0D: "-", 0x2212: "-", 0x2010: "-", 0x2011: "-", 0x2013: "-"})


class EveryLanguage(Mapping[str, int]):
    """The names of months in all languages; if several languages have a name, the first one says what it means."""

    def __init__(self, languages: Sequence[Months]) -> None:
        """A language is loaded only if a name is not found in those before it."""
        self._languages = languages

    def __getitem__(self, name: str) -> int:
        for months in self._languages:
            if name in months:
                return months[name]
        raise KeyError(name)

    def __iter__(self) -> Iterator[str]:
        return iter(dict.fromkeys(name for months in self._languages for name in months))

    def __len__(self) -> int:
        return sum(1 for _ in self)


def months_of(cells: Sequence[str], languages: Sequence[Months]) -> Months:
    """Return the names of months in the language of most of a column's months; the first of several.

    Loading a language takes a while, so none is loaded for dates without words, and none after one that knows every word.
    """
    words = {word for cell in cells if _may_name_a_month(cell) for word in map(plain, re.findall(_WORD, cell)) if len(word) > 1}
    best, most = languages[0] if languages else {}, 0
    for months in languages:
        if most == len(words):
            break
        known = sum(word in months for word in words)
        if known > most:
            best, most = months, known
    return best


def _may_name_a_month(cell: str) -> bool:
    text = cell if cell.isascii() else _western(cell)
    return any(_PATTERNS[name].fullmatch(text) for name in _NAMED)


def formats_of(cells: Sequence[str], *, locale: str, enough: float = MOST, months: Months | None = None) -> list[str]:
    """Return the formats that fit a column, the likeliest first: by cells that fit, then by the habit of the user's country."""
    filled = Counter(cell for cell in cells if cell.strip())
    names = {} if months is None else months
    fits = {name: fit for name in FORMATS if (fit := _cells_that_fit(_PATTERNS[name], filled, enough, names))}
    habit = _month_first(locale)
    return sorted(fits, key=lambda name: (-fits[name], name in _RARE, (_MONTH_FIRST.match(name) is not None) != habit))


def _cells_that_fit(pattern: re.Pattern[str], cells: Counter[str], enough: float, months: Months) -> int:
    """Count the cells that are dates in a format; 0 as soon as enough of them are out of reach."""
    left = cells.total()
    least, fit = enough * left, 0
    for cell, count in cells.items():
        if _read(pattern, cell, months) is not None:
            fit += count
        left -= count
        if fit + left < least:
            return 0
    return fit


def ambiguous(formats: Sequence[str], cells: Sequence[str]) -> bool:
    """Say whether the two likeliest formats read the same cells differently, and equally well."""
    if len(formats) <= 1 or formats[1] in _RARE:
        return False
    first, second = (_PATTERNS[name] for name in formats[:2])
    days = [(_read(first, cell, {}), _read(second, cell, {})) for cell in cells]
    alike = sum(one is not None for one, _ in days) == sum(other is not None for _, other in days)
    return alike and any(one != other for one, other in days)


def _month_first(locale: str) -> bool:
    return locale.replace("_", "-").casefold() in {"en-us", "en", "en-ph", "es-us", "es-pr"}
