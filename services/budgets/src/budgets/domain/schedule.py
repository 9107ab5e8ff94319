"""Periods: how a budget's anchor divides all days, before it and after it."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum


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
    """Some days in a row; `last` still counts."""

    first: date
    last: date

    def __contains__(self, day: date) -> bool:
        return self.first <= day <= self.last


@dataclass(frozen=True, slots=True)
class Schedule:
    """Periods of one length without gaps. They are numbered: 0 begins on the anchor, those before it are negative.

    Each start is reckoned from the anchor itself, so an anchor on the 31st falls on the last day of a short month and on the
    31st again after it, and one on February 29 comes back every leap year.
    """

    cycle: Cycle
    anchor: date

    def index_of(self, day: date) -> int:
        """Return the number of the period that a day belongs to."""
        if self.cycle is Cycle.WEEKLY:
            return (day - self.anchor).days // _DAYS_OF_WEEK
        index = (_months(day) - _months(self.anchor)) // _MONTHS[self.cycle]
        return index if day >= self._start(index) else index - 1

    def period(self, index: int) -> Period:
        """Return the period of this number."""
        return Period(self._start(index), self._start(index + 1) - timedelta(days=1))

    def _start(self, index: int) -> date:
        if self.cycle is Cycle.WEEKLY:
            return self.anchor + timedelta(days=_DAYS_OF_WEEK * index)
        year, month = divmod(_months(self.anchor) + index * _MONTHS[self.cycle], 12)
        day = self.anchor.day
        return date(year, month + 1, day if day <= _IN_EVERY_MONTH else min(day, monthrange(year, month + 1)[1]))


def _months(day: date) -> int:
    return day.year * 12 + day.month - 1


def usual_anchor(cycle: Cycle, today: date) -> date:
    """Return where periods begin for those who name no day: this Monday, or the first of this month, quarter or year."""
    if cycle is Cycle.WEEKLY:
        return today - timedelta(days=today.weekday())
    months = _MONTHS[cycle]
    return date(today.year, (today.month - 1) // months * months + 1, 1)
