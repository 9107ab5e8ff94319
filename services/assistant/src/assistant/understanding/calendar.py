"""Days, weeks, months, quarters and years, relative to today."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum


class Unit(Enum):
    """A unit of the calendar."""

    DAY = "day"
    WEEKEND = "weekend"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


@dataclass(frozen=True, slots=True)
class Period:
    """The days from `first` to `last`, inclusive; `unit` is set if it is a whole unit."""

    first: date
    last: date
    unit: Unit | None = None

    def shifted(self, by: int) -> Period:
        """Return the period moved by a number of its own lengths; a whole unit stays a whole unit."""
        if self.unit is None:
            days = (self.last - self.first).days + 1
            return Period(self.first + timedelta(days * by), self.last + timedelta(days * by))
        return Calendar(self.first, week_starts=self.first.weekday()).unit(self.unit, by)

    def until(self, day: date) -> Period:
        return Period(self.first, min(self.last, day), self.unit if self.last <= day else None)

    @property
    def months(self) -> int:
        """The number of months it touches."""
        return (self.last.year - self.first.year) * 12 + self.last.month - self.first.month + 1


@dataclass(frozen=True, slots=True)
class Calendar:
    """The calendar as seen from `today`."""

    today: date
    week_starts: int = 0
    """Monday is 0."""

    def unit(self, unit: Unit, offset: int = 0) -> Period:
        """Return the unit that contains today, or a previous (-1) or later one."""
        return _UNITS[unit](self, offset)

    def last_units(self, unit: Unit, count: int) -> Period:
        """Return the last days up to today, or the last complete weeks, months and so on."""
        if unit is Unit.DAY:
            return Period(self.today - timedelta(count - 1), self.today)
        return Period(self.unit(unit, -count).first, self.unit(unit, -1).last)

    def month(self, year: int, month: int) -> Period:
        return Period(date(year, month, 1), date(year, month, calendar.monthrange(year, month)[1]), Unit.MONTH)

    def latest_month(self, month: int) -> Period:
        """Return the latest month with this number that has begun."""
        return self.month(self.today.year - (month > self.today.month), month)

    def year(self, year: int) -> Period:
        return Period(date(year, 1, 1), date(year, 12, 31), Unit.YEAR)

    def quarter(self, year: int, quarter: int) -> Period:
        first = date(year, 3 * quarter - 2, 1)
        return Period(first, self.month(year, 3 * quarter).last, Unit.QUARTER)

    def latest_day(self, month: int, day: int) -> Period | None:
        """Return the latest such day up to today; None if there is none, such as 31 April."""
        for year in range(self.today.year, self.today.year - 9, -1):
            try:
                found = date(year, month, day)
            except ValueError:
                continue
            if found <= self.today:
                return one_day(found)
        return None

    def latest_day_of_month(self, day: int) -> Period | None:
        """Return the latest day of a month with this number up to today; None for 0 or 32."""
        month = self.unit(Unit.MONTH)
        for _ in range(3):
            if 1 <= day <= month.last.day and month.first.replace(day=day) <= self.today:
                return one_day(month.first.replace(day=day))
            month = month.shifted(-1)
        return None

    def latest_weekday(self, weekday: int) -> Period:
        """Return the latest Monday (0), Tuesday ... before today."""
        return one_day(self.today - timedelta((self.today.weekday() - weekday) % 7 or 7))


def one_day(day: date) -> Period:
    return Period(day, day, Unit.DAY)


def _day(today: Calendar, offset: int) -> Period:
    return one_day(today.today + timedelta(offset))


def _week(today: Calendar, offset: int) -> Period:
    first = today.today - timedelta((today.today.weekday() - today.week_starts) % 7) + timedelta(7 * offset)
    return Period(first, first + timedelta(6), Unit.WEEK)


def _weekend(today: Calendar, offset: int) -> Period:
    """Saturday and Sunday; the current weekend is that of this week, which starts on Monday."""
    saturday = today.today - timedelta(today.today.weekday()) + timedelta(5 + 7 * offset)
    return Period(saturday, saturday + timedelta(1), Unit.WEEKEND)


def _month(today: Calendar, offset: int) -> Period:
    months = today.today.year * 12 + today.today.month - 1 + offset
    return today.month(months // 12, months % 12 + 1)


def _quarter(today: Calendar, offset: int) -> Period:
    quarters = today.today.year * 4 + (today.today.month - 1) // 3 + offset
    return today.quarter(quarters // 4, quarters % 4 + 1)


def _year(today: Calendar, offset: int) -> Period:
    return today.year(today.today.year + offset)


_UNITS = {Unit.DAY: _day, Unit.WEEKEND: _weekend, Unit.WEEK: _week, Unit.MONTH: _month, Unit.QUARTER: _quarter, Unit.YEAR: _year}
