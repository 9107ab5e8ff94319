"""Finds the periods that a text names: "last month", "vom 3. bis 10. September", "hace tres semanas", "depuis juin"."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from assistant.understanding.calendar import Calendar, Period, Unit, one_day

if TYPE_CHECKING:
    from collections.abc import Callable

    from assistant.understanding.line import Line

BEGINNING = date(1970, 1, 1)
"""Where a period begins that has only an end."""
_QUARTER = re.compile(r"[qtc]([1-4])")
_ORDINAL = re.compile(r"([0-9]{1,2})(?:st|nd|rd|th|er|e|o)?")
_DOTTED = re.compile(r"([0-9]{1,2})\.([0-9]{1,2})(?:\.((?:[0-9]{2}){1,2}))?")
_YEARS = range(1970, 2100)
_OFFSETS = {"this": 0, "last": -1, "next": 1, "before_last": -2}


@dataclass(frozen=True, slots=True)
class FoundPeriod:
    """A period, and which phrases of the line name it."""

    period: Period
    first: int
    end: int


_Match = tuple[Period, int] | None
"""A period and the phrase after it."""


class PeriodFinder:
    """Finds periods in a line."""

    def __init__(self, today: Calendar, *, month_first: bool, unit_first: bool) -> None:
        """`month_first`: 9/3 is 3 September. `unit_first`: "mes pasado" and not "last month"."""
        self._today, self._month_first, self._unit_first = today, month_first, unit_first
        self._atoms: tuple[Callable[[Line, int], _Match], ...] = (
            self._numeric_date, self._named_date, self._relative_day, self._ago, self._last_units, self._relative_unit,
            self._quarter, self._half, self._month, self._weekday, self._to_date, self._year, self._day_of_month,
        )  # fmt: skip

    def find(self, line: Line) -> list[FoundPeriod]:
        """Return the periods that a line names, in its order."""
        found, index = [], 0
        while index < len(line.phrases):
            match = self._expression(line, index)
            if match is None:
                index += 1
                continue
            found.append(FoundPeriod(match[0], index, match[1]))
            index = match[1]
        return found

    def _expression(self, line: Line, index: int) -> _Match:
        return self._range(line, index) or self._open(line, index) or self._atom(line, index)

    def _range(self, line: Line, index: int) -> _Match:
        between = _means(line, index, "between")
        start = index + 1 if between or _means(line, index, "since") else index
        begin = self._atom(line, start)
        days = self._days_range(line, start)
        if days is not None or begin is None:
            return days
        joined = "and" if between else "to"
        at = begin[1]
        if not _means(line, at, joined) and not (line.key(at) in ("-", "–") and start == index):
            return None
        end = self._atom(line, at + 1)
        if end is None:
            return None
        first, last = begin[0].first, end[0].last
        if first > last and begin[0].unit is not Unit.YEAR:  # "from November to January"
            first = _a_year_before(first)
        return (Period(first, last), end[1]) if first <= last else None

    def _days_range(self, line: Line, index: int) -> _Match:
        """Read "3 to 10 September"."""
        first = _day_number(line, index)
        if first is None or (not _means(line, index + 1, "to") and not _means(line, index + 1, "and") and line.key(index + 1) not in "-–"):
            return None
        end = self._named_date(line, index + 2)
        if end is None or end[0].unit is not Unit.DAY or first > end[0].last.day:
            return None
        return Period(end[0].last.replace(day=first), end[0].last), end[1]

    def _open(self, line: Line, index: int) -> _Match:
        """Read "since June" and "until June"."""
        since, until = _means(line, index, "since"), _means(line, index, "until")
        match = self._atom(line, index + 1) if since or until else None
        if match is None:
            return None
        if since:
            return (Period(match[0].first, self._today.today), match[1]) if match[0].first <= self._today.today else None
        return Period(BEGINNING, match[0].last), match[1]

    def _atom(self, line: Line, index: int) -> _Match:
        start = self._past_skipped(line, index)
        for atom in self._atoms:
            match = atom(line, start)
            if match is not None:
                return match
        return None

    def _past_skipped(self, line: Line, index: int) -> int:
        return line.after(index, lambda at: _means(line, at, "skip") and _offset(line, at) is None)

    # dates

    def _numeric_date(self, line: Line, index: int) -> _Match:
        keys = [line.key(index + step) for step in range(5)]
        if len(keys[0]) == 4 and keys[0].isdigit() and keys[1] in "-/" and keys[3] == keys[1]:
            return _checked(keys[0], keys[2], keys[4], index + 5)
        dotted = _DOTTED.fullmatch(keys[0])
        if dotted and (dotted.group(3) or keys[1] == "."):
            end = index + (1 if dotted.group(3) or keys[1] != "." else 2)
            if not dotted.group(3) and line.key(end)[:4].isdigit() and len(line.key(end)) == 4:
                return _checked(line.key(end), dotted.group(2), dotted.group(1), end + 1)
            return self._day_and_month(dotted.group(1), dotted.group(2), dotted.group(3), end)
        if keys[1] == "/" and _is_short(keys[0]) and _is_short(keys[2]):
            day, month = (keys[2], keys[0]) if self._month_first else (keys[0], keys[2])
            year = keys[4] if keys[3] == "/" and keys[4].isdigit() else None
            return self._day_and_month(day, month, year, index + (5 if year else 3))
        return None

    def _day_and_month(self, day: str, month: str, year: str | None, end: int) -> _Match:
        if year is None:
            found = self._today.latest_day(int(month), int(day)) if 1 <= int(month) <= 12 else None  # noqa: PLR2004
            return (found, end) if found else None
        return _checked(year if len(year) == 4 else f"20{year}", month, day, end)  # noqa: PLR2004

    def _named_date(self, line: Line, index: int) -> _Match:
        """Read "3 September 2017", "3. September", "le 1er mars", "September 3rd"."""
        day, at = _day_number(line, index), index + 1
        if day is not None:
            at = self._past_skipped(line, at + (line.key(at) == "."))
            month = line.value(at, "month")
        else:
            month, at = line.value(index, "month"), self._past_skipped(line, index + 1)
            day = _day_number(line, at)
        if day is None or month is None or _year_number(line, at) is not None and line.value(at, "month") is None:
            return None
        end = self._past_skipped(line, at + 1 + (line.key(at + 1) == ","))
        year = _year_number(line, end)
        if year is not None:
            return _checked(str(year), month, str(day), end + 1)
        found = self._today.latest_day(int(month), day)
        return (found, at + 1) if found else None

    def _day_of_month(self, line: Line, index: int) -> _Match:
        """Read "the 3rd" and "am 3." as the latest such day."""
        key = line.key(index)
        ordinal = _ORDINAL.fullmatch(key)
        if ordinal is None or not (key[-1].isalpha() or line.key(index + 1) == "."):
            return None
        found = self._today.latest_day_of_month(int(ordinal.group(1)))
        return (found, index + 1 + (line.key(index + 1) == ".")) if found else None

    # relative to today

    def _relative_day(self, line: Line, index: int) -> _Match:
        for word, offset in (("today", 0), ("yesterday", -1), ("day_before_yesterday", -2), ("tomorrow", 1)):
            if _means(line, index, word):
                return self._today.unit(Unit.DAY, offset), index + 1
        return None

    def _ago(self, line: Line, index: int) -> _Match:
        """Read "3 weeks ago", "vor 3 Wochen"."""
        start = index + 1 if _means(line, index, "ago") else index
        count, unit = _count(line, start), _unit(line, start + 1)
        if count is None or unit is None:
            return None
        if start == index and not _means(line, start + 2, "ago"):
            return None
        return self._today.unit(unit, -count), start + (2 if start > index else 3)

    def _last_units(self, line: Line, index: int) -> _Match:
        """Read "the last 30 days", "30 derniers jours"."""
        for relative, number in ((index, index + 1), (index + 1, index)):
            count, unit = _count(line, number), _unit(line, index + 2)
            if count is not None and unit is not None and _offset(line, relative) == -1:
                return self._today.last_units(unit, count), index + 3
        return None

    def _relative_unit(self, line: Line, index: int) -> _Match:
        """Read "last month", "mes pasado", "the month before last"."""
        offset, unit = _offset(line, index), _unit(line, index + 1)
        if offset is not None and unit is not None:
            return self._today.unit(unit, offset), index + 2
        unit, offset = _unit(line, index), _offset(line, index + 1)
        if unit is not None and offset is not None and (self._unit_first or offset == -2):  # noqa: PLR2004
            return self._today.unit(unit, offset), index + 2
        return None

    def _to_date(self, line: Line, index: int) -> _Match:
        for word, unit in (("year_to_date", Unit.YEAR), ("month_to_date", Unit.MONTH)):
            if _means(line, index, word):
                return Period(self._today.unit(unit).first, self._today.today), index + 1
        if _means(line, index, "all_time"):
            return Period(BEGINNING, self._today.today), index + 1
        return None

    # parts of years

    def _weekday(self, line: Line, index: int) -> _Match:
        start = index + (_offset(line, index) is not None)
        weekday = line.value(start, "weekday")
        if weekday is None:
            return None
        end = start + 1 + (start == index and self._unit_first and _offset(line, start + 1) is not None)
        return self._today.latest_weekday(int(weekday)), end

    def _month(self, line: Line, index: int) -> _Match:
        start = index + (_offset(line, index) == -1)
        month = line.value(start, "month")
        if month is None:
            return None
        year = self._year_after(line, start + 1)
        if year is not None:
            return self._today.month(year[0], int(month)), year[1]
        end = start + 1 + (start == index and self._unit_first and _offset(line, start + 1) == -1)
        return self._today.latest_month(int(month)), end

    def _quarter(self, line: Line, index: int) -> _Match:
        short = _QUARTER.fullmatch(line.key(index))
        if short:
            quarter, at = int(short.group(1)), index + 1
        else:
            ordinal = _ordinal(line, index)
            at = index + 1 + (line.key(index + 1) == ".")
            if ordinal is None or _unit(line, at) is not Unit.QUARTER:
                return None
            quarter, at = ordinal, at + 1
        year = self._year_after(line, at)
        if year is not None:
            return self._today.quarter(year[0], quarter), year[1]
        found = self._today.quarter(self._today.today.year, quarter)
        return (found if found.first <= self._today.today else found.shifted(-4)), at

    def _half(self, line: Line, index: int) -> _Match:
        half = 1 if _means(line, index, "first_half") else 2 if _means(line, index, "second_half") else 0
        if not half:
            return None
        year = self._year_after(line, index + 1) or (self._today.today.year, index + 1)
        return Period(self._today.quarter(year[0], 2 * half - 1).first, self._today.quarter(year[0], 2 * half).last), year[1]

    def _year(self, line: Line, index: int) -> _Match:
        year = _year_number(line, index)
        return (self._today.year(year), index + 1) if year is not None else None

    def _year_after(self, line: Line, index: int) -> tuple[int, int] | None:
        """Read the year after a month or quarter: "2016", "of last year"."""
        at = self._past_skipped(line, index)
        year = _year_number(line, at)
        if year is not None:
            return year, at + 1
        relative = self._relative_unit(line, at)
        if relative is not None and relative[0].unit is Unit.YEAR:
            return relative[0].first.year, relative[1]
        return None


def _means(line: Line, index: int, word: str) -> bool:
    return line.means(index, "period", word)


def _offset(line: Line, index: int) -> int | None:
    return next((offset for word, offset in _OFFSETS.items() if _means(line, index, word)), None)


def _unit(line: Line, index: int) -> Unit | None:
    value = line.value(index, "unit")
    return Unit(value) if value is not None else None


def _count(line: Line, index: int) -> int | None:
    key, word = line.key(index), line.value(index, "number")
    number = int(key) if key.isdigit() and len(key) <= 3 else int(word) if word is not None else 0  # noqa: PLR2004
    return number or None


def _ordinal(line: Line, index: int) -> int | None:
    word = line.value(index, "ordinal")
    if word is not None:
        return int(word)
    match = _ORDINAL.fullmatch(line.key(index))
    return int(match.group(1)) if match and 1 <= int(match.group(1)) <= 4 else None  # noqa: PLR2004


def _day_number(line: Line, index: int) -> int | None:
    word, match = line.value(index, "ordinal"), _ORDINAL.fullmatch(line.key(index))
    number = int(word) if word is not None else int(match.group(1)) if match else 0
    return number if 1 <= number <= 31 else None  # noqa: PLR2004


def _year_number(line: Line, index: int) -> int | None:
    key = line.key(index)
    return int(key) if len(key) == 4 and key.isdigit() and int(key) in _YEARS else None  # noqa: PLR2004


def _is_short(key: str) -> bool:
    return key.isdigit() and len(key) <= 2  # noqa: PLR2004


def _checked(year: str, month: str, day: str, end: int) -> _Match:
    try:
        return one_day(date(int(year), int(month), int(day))), end
    except ValueError:
        return None


def _a_year_before(day: date) -> date:
    return date(day.year - 1, day.month, min(day.day, 28) if day.month == 2 else day.day)  # noqa: PLR2004
