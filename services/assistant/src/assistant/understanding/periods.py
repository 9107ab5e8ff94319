"""Finds periods in a text: "last month", "vom 3. bis 10. September", "hace tres semanas", "depuis juin"."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from assistant.understanding.calendar import Calendar, Period, Unit
from assistant.understanding.dates import DateFinder
from assistant.understanding.line import Line
from assistant.understanding.ranges import BEGINNING, RangeFinder
from assistant.understanding.terms import Match, count_at, means, offset_at, ordinal_at, past_skipped, unit_at, year_number

_FORTNIGHT = 14
_QUARTER = re.compile(r"[qtc]([1-4])")


@dataclass(frozen=True, slots=True)
class FoundPeriod:
    """A period, and the phrases that name it."""

    period: Period
    first: int
    end: int


class PeriodFinder:
    """Finds periods in a line."""

    def __init__(self, today: Calendar, *, month_first: bool, unit_first: bool) -> None:
        """With `month_first`, 9/3 is 3 September; with `unit_first`, it is "mes pasado", not "last month"."""
        self._today, self._unit_first = today, unit_first
        self._dates = DateFinder(today, month_first=month_first)
        self._ranges = RangeFinder(today, self._dates, self._atom)
        self._atoms: tuple[Callable[[Line, int], Match], ...] = (
            self._within_year,
            self._dates.numeric,
            self._dates.named,
            self._relative_day,
            self._ago,
            self._last_units,
            self._relative_unit,
            self._quarter,
            self._half,
            self._month,
            self._weekday,
            self._to_date,
            self._year,
            self._dates.day_of_month,
            self._weekend,
        )

    def find(self, line: Line) -> list[FoundPeriod]:
        """Return the periods in a line, in order."""
        found: list[FoundPeriod] = []
        index = 0
        while index < len(line.phrases):
            match = self._expression(line, index) or self._same_unit(line, index, found)
            if match is None:
                index += 1
                continue
            found.append(FoundPeriod(match[0], index, match[1]))
            index = match[1]
        return found

    def _expression(self, line: Line, index: int) -> Match:
        return self._ranges.find(line, index) or self._atom(line, index)

    def _same_unit(self, line: Line, index: int, found: Sequence[FoundPeriod]) -> Match:
        """Read the "last" of "more this month than last" as the last month."""
        offset = offset_at(line, index)
        unit = found[-1].period.unit if found else None
        if offset is None or unit is None or offset_at(line, found[-1].first) is None:
            return None
        if line.key(index + 1)[:1].isalnum():
            return None
        return self._today.unit(unit, offset), index + 1

    def _atom(self, line: Line, index: int) -> Match:
        start = past_skipped(line, index)
        for atom in self._atoms:
            match = atom(line, start)
            if match is not None:
                return match
        return None

    # relative to today

    def _relative_day(self, line: Line, index: int) -> Match:
        for word, offset in (("today", 0), ("yesterday", -1), ("day_before_yesterday", -2), ("tomorrow", 1)):
            if means(line, index, word):
                return self._today.unit(Unit.DAY, offset), index + 1
        return None

    def _ago(self, line: Line, index: int) -> Match:
        """Read "3 weeks ago", "vor 3 Wochen"."""
        start = index + 1 if means(line, index, "ago") else index
        if line.value(start + 1, "unit") == "fortnight" and means(line, start + 2, "ago"):
            return self._today.unit(Unit.DAY, -_FORTNIGHT * (count_at(line, start) or 1)), start + 3
        count, unit = count_at(line, start), unit_at(line, start + 1)
        if count is None or unit is None:
            return None
        if start == index and not means(line, start + 2, "ago"):
            return None
        return self._today.unit(unit, -count), start + (2 if start > index else 3)

    def _last_units(self, line: Line, index: int) -> Match:
        """Read "the last 30 days", "30 derniers jours", "the last fortnight"."""
        for relative, unit_of in ((index, index + 1), (index + 1, index)):
            if offset_at(line, relative) == -1 and line.value(unit_of, "unit") == "fortnight":
                return self._today.last_units(Unit.DAY, _FORTNIGHT), index + 2
        # "30 derniers jours" are the last 30 days, but "$50 last month" is an amount and a month.
        orders = ((index, index + 1), (index + 1, index)) if self._unit_first else ((index, index + 1),)
        for relative, number in orders:
            count, unit = count_at(line, number), unit_at(line, index + 2)
            if count is not None and unit is not None and offset_at(line, relative) == -1:
                return self._today.last_units(unit, count), index + 3
        return None

    def _relative_unit(self, line: Line, index: int) -> Match:
        """Read "last month", "mes pasado", "the month before last", "Vormonat"."""
        if offset_at(line, index) is not None and (one := unit_at(line, index)) is not None:
            return self._today.unit(one, offset_at(line, index) or 0), index + 1
        offset, unit = offset_at(line, index), unit_at(line, index + 1)
        if offset is not None and unit is not None:
            return self._today.unit(unit, offset), index + 2
        unit, offset = unit_at(line, index), offset_at(line, index + 1)
        if unit is not None and offset is not None and (self._unit_first or offset == -2):
            return self._today.unit(unit, offset), index + 2
        return None

    def _to_date(self, line: Line, index: int) -> Match:
        for word, unit in (("year_to_date", Unit.YEAR), ("month_to_date", Unit.MONTH)):
            if means(line, index, word):
                return Period(self._today.unit(unit).first, self._today.today), index + 1
        if means(line, index, "last_fortnight"):
            return self._today.last_units(Unit.DAY, 14), index + 1
        if means(line, index, "all_time"):
            return Period(BEGINNING, self._today.today), index + 1
        return None

    def _weekend(self, line: Line, index: int) -> Match:
        """Read "at the weekend" as the latest one that has begun."""
        if unit_at(line, index) is not Unit.WEEKEND:
            return None
        weekend = self._today.unit(Unit.WEEKEND)
        return (weekend if weekend.first <= self._today.today else weekend.shifted(-1)), index + 1

    # parts of years

    def _weekday(self, line: Line, index: int) -> Match:
        start = index + (offset_at(line, index) is not None)
        weekday = line.value(start, "weekday")
        if weekday is None:
            return None
        end = start + 1 + (start == index and self._unit_first and offset_at(line, start + 1) is not None)
        return self._today.latest_weekday(int(weekday)), end

    def _month(self, line: Line, index: int) -> Match:
        start = index + (offset_at(line, index) == -1)
        month = line.value(start, "month")
        if month is None:
            return None
        year = self._year_after(line, start + 1)
        if year is not None:
            return self._today.month(year[0], int(month)), year[1]
        end = start + 1 + (start == index and self._unit_first and offset_at(line, start + 1) == -1)
        return self._today.latest_month(int(month)), end

    def _quarter(self, line: Line, index: int) -> Match:
        short = _QUARTER.fullmatch(line.key(index))
        if short:
            quarter, at = int(short.group(1)), index + 1
        else:
            ordinal = ordinal_at(line, index)
            at = index + 1 + (line.key(index + 1) == ".")
            if ordinal is None or unit_at(line, at) is not Unit.QUARTER:
                return None
            quarter, at = ordinal, at + 1
        year = self._year_after(line, at)
        if year is not None:
            return self._today.quarter(year[0], quarter), year[1]
        found = self._today.quarter(self._today.today.year, quarter)
        return (found if found.first <= self._today.today else found.shifted(-4)), at

    def _half(self, line: Line, index: int) -> Match:
        half = 1 if means(line, index, "first_half") else 2 if means(line, index, "second_half") else 0
        if not half:
            return None
        year = self._year_after(line, index + 1) or (self._today.today.year, index + 1)
        return Period(self._today.quarter(year[0], 2 * half - 1).first, self._today.quarter(year[0], 2 * half).last), year[1]

    def _year(self, line: Line, index: int) -> Match:
        year = year_number(line, index)
        return (self._today.year(year), index + 1) if year is not None else None

    def _within_year(self, line: Line, index: int) -> Match:
        """Read "2017 की दूसरी तिमाही" and "last year in March", with the year first."""
        year = self._year_after(line, index)
        if year is None:
            return None
        at = past_skipped(line, year[1])
        if offset_at(line, at) == 0 and unit_at(line, at + 1) is Unit.MONTH:
            return self._today.month(year[0], self._today.today.month), at + 2
        for atom in (self._dates.named, self._quarter, self._half, self._month):
            match = atom(line, at)
            if match is not None:
                return self._in_year(line, match, year[0], at)
        return None

    def _in_year(self, line: Line, match: Match, year: int, start: int) -> Match:
        """Return a part of a year, moved to another year unless it names one itself."""
        if match is None or any(self._year_after(line, at) for at in range(start, match[1])):
            return None
        period, end = match
        try:
            moved = Period(period.first.replace(year=year), period.first.replace(year=year), period.unit)
        except ValueError:
            return None
        return (moved if period.unit is Unit.DAY else self._whole(moved, period.months)), end

    def _whole(self, begin: Period, months: int) -> Period:
        if begin.unit in (Unit.MONTH, Unit.QUARTER):
            return Calendar(begin.first).unit(begin.unit)
        return Period(begin.first, Calendar(begin.first).unit(Unit.MONTH, months - 1).last)

    def _year_after(self, line: Line, index: int) -> tuple[int, int] | None:
        """Read the year after a month or quarter: "2016", "of last year"."""
        at = past_skipped(line, index)
        at += unit_at(line, at) is Unit.YEAR and year_number(line, at + 1) is not None  # "de l'année 2016"
        year = year_number(line, at)
        if year is not None:
            return year, at + 1
        relative = self._relative_unit(line, at)
        if relative is not None and relative[0].unit is Unit.YEAR:
            return relative[0].first.year, relative[1]
        return None
