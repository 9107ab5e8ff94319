"""Finds ranges of periods, and periods with only a beginning or an end: "from May to July", "since June", "जून तक"."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

from assistant.understanding.calendar import Calendar, Period, Unit
from assistant.understanding.dates import DateFinder
from assistant.understanding.line import Line
from assistant.understanding.terms import Match, a_year_before, count_at, day_number, means, past_skipped, unit_at

_COMPARED = frozenset({Unit.MONTH, Unit.QUARTER, Unit.YEAR})
_DASHES = ("-", "\u2013")
BEGINNING = date(1970, 1, 1)
"""The first day of a period that has only an end."""


def _is_comparing(line: Line) -> bool:
    """Whether "May to June" means two months rather than a range."""
    return any(line.means(index, "cue", "compare") for index in range(len(line.phrases)))


class RangeFinder:
    """Finds ranges in a line."""

    def __init__(self, today: Calendar, dates: DateFinder, period: Callable[[Line, int], Match]) -> None:
        """`period` reads either end of a range."""
        self._today, self._dates, self._period = today, dates, period

    def find(self, line: Line, index: int) -> Match:
        return self._between(line, index) or self._open(line, index) or self._open_after(line, index)

    def _between(self, line: Line, index: int) -> Match:
        between = means(line, index, "between")
        start = index + 1 if between or means(line, index, "since") or means(line, index, "from") else index
        days = self._days_range(line, start)
        begin = None if days else self._period(line, start)
        if days is not None or begin is None:
            return (days[0], days[1] + means(line, days[1], "range_end")) if days else None
        at = begin[1]
        same_month = self._to_day_of_month(line, begin[0], at)
        if same_month is not None:
            return same_month
        end = self._period(line, at + 1) if self._joins(line, at, between=between, opened=start > index) else None
        if end is None:
            return None
        if means(line, end[1], "range_end"):  # "मार्च से मई तक"
            end = end[0], end[1] + 1
        elif (begin[0].unit in _COMPARED and _is_comparing(line)) or not self._is_range_without_end(
            line, at, between=between, opened=start > index
        ):
            return None
        first, last = begin[0].first, end[0].last
        if first > last and begin[0].unit is not Unit.YEAR:  # "from November to January"
            first = a_year_before(first)
        return (Period(first, last), end[1]) if first <= last else None

    def _to_day_of_month(self, line: Line, begin: Period, at: int) -> Match:
        """Read the "and 31" of "between July 14 and 31"."""
        day = day_number(line, at + 1)
        joined = means(line, at, "and") or means(line, at, "to") or line.key(at) in _DASHES
        if begin.unit is not Unit.DAY or day is None or not joined or self._counts(line, at + 2):
            return None
        if begin.first.day >= day or day > Calendar(begin.first).unit(Unit.MONTH).last.day:
            return None
        return Period(begin.first, begin.first.replace(day=day)), at + 2

    def _counts(self, line: Line, at: int) -> bool:
        """Whether a number before this phrase counts something, so that it is not a day."""
        return any(line.value(at, kind) for kind in ("month", "unit", "currency"))

    def _joins(self, line: Line, at: int, *, between: bool, opened: bool) -> bool:
        """Whether a phrase can stand between the ends of a range."""
        return means(line, at, "and") or (not between and means(line, at, "to")) or (not opened and line.key(at) in _DASHES)

    def _is_range_without_end(self, line: Line, at: int, *, between: bool, opened: bool) -> bool:
        """Whether two periods are a range without a closing word; "more in June than in May" has two periods."""
        if between or means(line, at, "and"):
            return between
        return opened or not self._says_more(line)

    def _days_range(self, line: Line, index: int) -> Match:
        """Read "3 to 10 September"."""
        index = past_skipped(line, index)
        first = day_number(line, index)
        at = index + 1 + (line.key(index + 1) == ".")
        if first is None or (not means(line, at, "to") and not means(line, at, "and") and line.key(at) not in _DASHES):
            return None
        start = past_skipped(line, at + 1)
        end = self._dates.numeric(line, start) or self._dates.named(line, start)
        if end is None or end[0].unit is not Unit.DAY or first > end[0].last.day:
            return None
        return Period(end[0].last.replace(day=first), end[0].last), end[1]

    def _open(self, line: Line, index: int) -> Match:
        """Read "since June" and "until June"."""
        since, until = means(line, index, "since"), means(line, index, "until")
        match = (self._period(line, index + 1) or self._units_back(line, index + 1)) if since or until else None
        if match is None:
            return None
        if since:
            return (Period(match[0].first, self._today.today), match[1]) if match[0].first <= self._today.today else None
        return Period(BEGINNING, match[0].last), match[1]

    def _units_back(self, line: Line, index: int) -> Match:
        """Read the "three weeks" of "since three weeks", as French and German say for "for the last"."""
        count, unit = count_at(line, index), unit_at(line, index + 1)
        return (self._today.unit(unit, -count), index + 2) if count is not None and unit is not None else None

    def _open_after(self, line: Line, index: int) -> Match:
        """Read "जून से", "जून तक", "जून से पहले" and "जून के बाद"."""
        match = self._period(line, index)
        if match is None:
            return None
        (period, end), today = match, self._today.today
        if means(line, end, "since_after") and not self._is_compared(line, end):
            return (Period(period.first, today), end + 1) if period.first <= today else None
        if means(line, end, "until_after"):
            return Period(BEGINNING, period.last), end + 1
        if means(line, end, "before_after"):
            return Period(BEGINNING, period.first - timedelta(1)), end + 1
        if means(line, end, "beyond_after"):
            return (Period(period.last + timedelta(1), today), end + 1) if period.last < today else None
        return None

    def _is_compared(self, line: Line, at: int) -> bool:
        """Whether a "से" compares with the next period: "जुलाई से अगस्त में ज़्यादा"."""
        return self._says_more(line) and self._period(line, at + 1) is not None

    def _says_more(self, line: Line) -> bool:
        return any(line.means(each, "cue", "more") for each in range(len(line.phrases)))
