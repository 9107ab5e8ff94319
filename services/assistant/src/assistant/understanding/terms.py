"""The terms of which periods are made: units, numbers, ordinals, years."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING

from assistant.understanding.calendar import Period, Unit, one_day

if TYPE_CHECKING:
    from assistant.understanding.line import Line

Match = tuple[Period, int] | None
"""A period and the phrase after it."""
_ORDINAL = re.compile(r"([0-9]{1,2})(?:st|nd|rd|th|er|e|o)?")
_YEARS = range(1970, 2100)
_OFFSETS = {"this": 0, "last": -1, "next": 1, "before_last": -2}


def means(line: Line, index: int, word: str) -> bool:
    return line.means(index, "period", word)


def offset_at(line: Line, index: int) -> int | None:
    return next((offset for word, offset in _OFFSETS.items() if means(line, index, word)), None)


def unit_at(line: Line, index: int) -> Unit | None:
    value = line.value(index, "unit")
    return Unit(value) if value is not None else None


def count_at(line: Line, index: int) -> int | None:
    key, word = line.key(index), line.value(index, "number")
    number = int(key) if key.isdigit() and len(key) <= 3 else int(word) if word is not None else 0  # noqa: PLR2004
    return number or None


def ordinal_at(line: Line, index: int) -> int | None:
    word = line.value(index, "ordinal")
    if word is not None:
        return int(word)
    match = _ORDINAL.fullmatch(line.key(index))
    return int(match.group(1)) if match and 1 <= int(match.group(1)) <= 4 else None  # noqa: PLR2004


def day_number(line: Line, index: int) -> int | None:
    word, match = line.value(index, "ordinal"), _ORDINAL.fullmatch(line.key(index))
    number = int(word) if word is not None else int(match.group(1)) if match else 0
    return number if 1 <= number <= 31 else None  # noqa: PLR2004


def year_number(line: Line, index: int) -> int | None:
    key = line.key(index)
    return int(key) if len(key) == 4 and key.isdigit() and int(key) in _YEARS else None  # noqa: PLR2004


def is_short(key: str) -> bool:
    return key.isdigit() and len(key) <= 2  # noqa: PLR2004


def checked(year: str, month: str, day: str, end: int) -> Match:
    try:
        return one_day(date(int(year), int(month), int(day))), end
    except ValueError:
        return None


def a_year_before(day: date) -> date:
    return date(day.year - 1, day.month, min(day.day, 28) if day.month == 2 else day.day)  # noqa: PLR2004


def past_skipped(line: Line, index: int) -> int:
    """Return the first phrase from an index on that is no word like "in" or "of"."""
    return line.after(index, lambda at: (means(line, at, "skip") or means(line, at, "from")) and offset_at(line, at) is None)
