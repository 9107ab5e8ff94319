"""Periods: how a budget's anchor divides all days, before it and after it."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError


class Cycle(StrEnum):
    """How long a period is."""

    WEEKLY = "weekly"
    MONTHLY = "monthly"
    QUARTERLY = "quarterly"
    YEARLY = "yearly"


_DAYS_OF_WEEK = 7
_IN_EVERY_MONTH = 28
_MONTHS = {Cycle.MONTHLY: 1, Cycle.QUARTERLY: 3, Cycle.YEARLY: 12}


@dataclass(frozen=True, slots=True)
class Period:
    """Some days in a row; `last` is included."""

    first: date
    last: date

    def __contains__(self, day: date) -> bool:
        return self.first <= day <= self.last


@dataclass(frozen=True, slots=True)
class Schedule:
    """Periods of one length without gaps. They are numbered: 0 begins on the anchor, earlier ones are negative.

    Each start is calculated from the anchor itself, so an anchor on the 31st falls on the last day of a short month and on the
    31st again after it, and one on February 29 comes back every leap year.
    """

    cycle: Cycle
    anchor: date

    def number_of(self, day: date) -> int:
        if self.cycle is Cycle.WEEKLY:
            return (day - self.anchor).days // _DAYS_OF_WEEK
        number = (_months(day) - _months(self.anchor)) // _MONTHS[self.cycle]
        return number if day >= self._start(number) else number - 1

    def period(self, number: int) -> Period:
        return Period(self._start(number), self._start(number + 1) - timedelta(days=1))

    def _start(self, number: int) -> date:
        if self.cycle is Cycle.WEEKLY:
            return self.anchor + timedelta(days=_DAYS_OF_WEEK * number)
        year, month = divmod(_months(self.anchor) + number * _MONTHS[self.cycle], 12)
        day = self.anchor.day
        return date(year, month + 1, day if day <= _IN_EVERY_MONTH else min(day, monthrange(year, month + 1)[1]))


def _months(day: date) -> int:
    return day.year * 12 + day.month - 1


def default_anchor(cycle: Cycle, today: date) -> date:
    """Return where periods begin unless another day is chosen: this Monday, or the first of this month, quarter or year."""
    if cycle is Cycle.WEEKLY:
        return today - timedelta(days=today.weekday())
    months = _MONTHS[cycle]
    return date(today.year, (today.month - 1) // months * months + 1, 1)


def today_in(time_zone: str, now: datetime) -> date:
    """Return the current day in a time zone, or in UTC if this machine does not know the zone."""
    try:
        zone = ZoneInfo(time_zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        zone = ZoneInfo("UTC")
    return now.astimezone(zone).date()
