"""Periods in words."""

from __future__ import annotations

from datetime import date

import pytest

from assistant.understanding.calendar import Calendar, Period
from assistant.understanding.line import line_of
from assistant.understanding.periods import PeriodFinder
from assistant.understanding.vocabulary import vocabulary_of

TODAY = Calendar(date(2017, 10, 15), week_starts=6)
"""A Sunday, with weeks that begin on Sunday."""

ENGLISH = [
    ("today", "2017-10-15", "2017-10-15"),
    ("yesterday", "2017-10-14", "2017-10-14"),
    ("the day before yesterday", "2017-10-13", "2017-10-13"),
    ("this week", "2017-10-15", "2017-10-21"),
    ("last week", "2017-10-08", "2017-10-14"),
    ("the week before last", "2017-10-01", "2017-10-07"),
    ("this month", "2017-10-01", "2017-10-31"),
    ("last month", "2017-09-01", "2017-09-30"),
    ("the month before last", "2017-08-01", "2017-08-31"),
    ("last quarter", "2017-07-01", "2017-09-30"),
    ("the second quarter of 2016", "2016-04-01", "2016-06-30"),
    ("Q1", "2017-01-01", "2017-03-31"),
    ("the first half of 2016", "2016-01-01", "2016-06-30"),
    ("in May", "2017-05-01", "2017-05-31"),
    ("in November", "2016-11-01", "2016-11-30"),
    ("May of last year", "2016-05-01", "2016-05-31"),
    ("Sept 2016", "2016-09-01", "2016-09-30"),
    ("2016", "2016-01-01", "2016-12-31"),
    ("the last 30 days", "2017-09-16", "2017-10-15"),
    ("the last three months", "2017-07-01", "2017-09-30"),
    ("three weeks ago", "2017-09-24", "2017-09-30"),
    ("last fortnight", "2017-10-02", "2017-10-15"),
    ("2 days ago", "2017-10-13", "2017-10-13"),
    ("on October 4", "2017-10-04", "2017-10-04"),
    ("on the 12th", "2017-10-12", "2017-10-12"),
    ("on the 20th", "2017-09-20", "2017-09-20"),
    ("September 3rd, 2016", "2016-09-03", "2016-09-03"),
    ("3 September 2016", "2016-09-03", "2016-09-03"),
    ("9/3", "2017-09-03", "2017-09-03"),
    ("9/3/2016", "2016-09-03", "2016-09-03"),
    ("2016-02-29", "2016-02-29", "2016-02-29"),
    ("on Tuesday", "2017-10-10", "2017-10-10"),
    ("between 3 and 10 September", "2017-09-03", "2017-09-10"),
    ("between October 1 and October 7", "2017-10-01", "2017-10-07"),
    ("from March to May", "2017-03-01", "2017-05-31"),
    ("since the start of October", "2017-10-01", "2017-10-15"),
    ("since June", "2017-06-01", "2017-10-15"),
    ("until March 2015", "1970-01-01", "2015-03-31"),
]


def found_in(text: str, *, month_first: bool = True) -> list[Period]:
    """Return the periods in an English text."""
    finder = PeriodFinder(TODAY, month_first=month_first, unit_first=False)
    return [found.period for found in finder.find(line_of(text, vocabulary_of("en")))]


@pytest.mark.parametrize(("text", "first", "last"), ENGLISH)
def test_a_period_in_words(text: str, first: str, last: str) -> None:
    """Each is found as the only one."""
    assert [(str(period.first), str(period.last)) for period in found_in(f"spending {text}")] == [(first, last)]


def test_two_months_are_two_periods() -> None:
    """As a comparison needs them."""
    assert [period.first.month for period in found_in("compare September with August")] == [9, 8]


def test_the_day_comes_first_in_locales_that_write_it_first() -> None:
    """3/9 is 3 September in London and 9 March in New York."""
    assert [period.first for period in found_in("on 3/9/2016", month_first=False)] == [date(2016, 9, 3)]


@pytest.mark.parametrize("text", ["on 2016-02-30", "on the 0th", "on the 32nd", "on 31 April", "13/45", "top 3", "how much"])
def test_an_impossible_date_is_not_found(text: str) -> None:
    """Nothing is guessed from it."""
    assert found_in(text) == [] or all(period.first != period.last for period in found_in(text))


def test_a_month_moves_by_months() -> None:
    """Whole units move to whole units: February is shorter than January."""
    january = TODAY.month(2016, 1)
    assert (january.shifted(1).last, january.shifted(-1).first) == (date(2016, 2, 29), date(2015, 12, 1))


def test_any_other_period_moves_by_its_length() -> None:
    """Ten days move by ten days."""
    stretch = Period(date(2017, 1, 1), date(2017, 1, 10))
    assert stretch.shifted(1) == Period(date(2017, 1, 11), date(2017, 1, 20))
