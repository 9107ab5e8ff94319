"""The parts of periods: units, numbers, ordinals and years."""

from __future__ import annotations

import re
from datetime import date

from assistant.understanding.calendar import Period, Unit, one_day
from assistant.understanding.line import Line

Match = tuple[Period, int] | None
"""A period and the phrase after it."""
_ORDINAL = re.compile(r"([0-9]{1,2})(?:st|nd|rd|th|er|ere|eme|e|o|a)?")
_YEARS = range(1970, 2100)
_UNITS = frozenset(unit.value for unit in Unit)
_OFFSETS = {"this": 0, "last": -1, "next": 1, "before_last": -2}


def means(line: Line, index: int, word: str) -> bool:
    """Whether a phrase can mean this word of the table `period`."""
    return line.means(index, "period", word)


def offset_at(line: Line, index: int) -> int | None:
    """Return how far "this", "last" or "next" is from now, in units."""
    return next((offset for word, offset in _OFFSETS.items() if means(line, index, word)), None)


def unit_at(line: Line, index: int) -> Unit | None:
    value = line.value(index, "unit")
    return Unit(value) if value in _UNITS else None


def count_at(line: Line, index: int) -> int | None:
    """Return a phrase as a number of units, up to 999."""
    key, word = line.key(index), line.value(index, "number")
    number = int(key) if key.isdigit() and len(key) <= 3 else int(word) if word is not None and word.isdigit() else 0
    return number or None


def ordinal_at(line: Line, index: int) -> int | None:
    """Return a phrase as one of the four quarters."""
    word = line.value(index, "ordinal")
    if word is not None:
        return int(word)
    match = _ORDINAL.fullmatch(line.key(index))
    return int(match.group(1)) if match and 1 <= int(match.group(1)) <= 4 else None


def day_number(line: Line, index: int) -> int | None:
    """Return a phrase as the number of a day in a month."""
    word, match = line.value(index, "ordinal"), _ORDINAL.fullmatch(line.key(index))
    number = int(word) if word is not None else int(match.group(1)) if match else 0
    return number if 1 <= number <= 31 else None


def year_number(line: Line, index: int) -> int | None:
    """Return a phrase as a year in four digits."""
    key = line.key(index)
    return int(key) if len(key) == 4 and key.isdigit() and int(key) in _YEARS else None


def is_short(key: str) -> bool:
    """Whether a key is a number of one or two digits."""
    return key.isdigit() and len(key) <= 2


def checked(year: str, month: str, day: str, end: int) -> Match:
    try:
        return one_day(date(int(year), int(month), int(day))), end
    except ValueError:
        return None


def a_year_before(day: date) -> date:
    """Return the same day of the year before; 28 February for the 29th."""
    return date(day.year - 1, day.month, min(day.day, 28) if day.month == 2 else day.day)


def past_skipped(line: Line, index: int) -> int:
    """Return the first phrase from an index on that is not a word like "in" or "of"."""
    return line.after(index, lambda at: (means(line, at, "skip") or means(line, at, "from")) and offset_at(line, at) is None)
