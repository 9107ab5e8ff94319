"""Periods reach in both directions from their anchor, without gaps and without drifting."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from budgets.periods import Cycle, Schedule, default_anchor

days = st.dates(date(1900, 1, 1), date(2999, 12, 31))
schedules = st.builds(Schedule, st.sampled_from(Cycle), days)


@given(schedules, days)
def test_every_day_belongs_to_the_period_of_its_number(schedule: Schedule, day: date) -> None:
    assert day in schedule.period(schedule.number_of(day))


@given(schedules, st.integers(-300, 300))
def test_periods_follow_each_other_without_gaps(schedule: Schedule, index: int) -> None:
    period, following = schedule.period(index), schedule.period(index + 1)
    assert period.last + timedelta(days=1) == following.first
    assert schedule.number_of(period.first) == schedule.number_of(period.last) == index


@given(schedules)
def test_period_zero_begins_on_the_anchor(schedule: Schedule) -> None:
    assert schedule.period(0).first == schedule.anchor


@pytest.mark.parametrize(
    ("cycle", "anchor", "starts"),
    [
        (Cycle.WEEKLY, "2015-01-07", ["2014-12-31", "2015-01-07", "2015-01-14", "2015-01-21"]),
        (Cycle.MONTHLY, "2015-01-25", ["2014-12-25", "2015-01-25", "2015-02-25", "2015-03-25"]),
        (Cycle.MONTHLY, "2015-01-31", ["2014-12-31", "2015-01-31", "2015-02-28", "2015-03-31"]),
        (Cycle.QUARTERLY, "2015-11-30", ["2015-08-30", "2015-11-30", "2016-02-29", "2016-05-30"]),
        (Cycle.YEARLY, "2016-02-29", ["2015-02-28", "2016-02-29", "2017-02-28", "2018-02-28"]),
        (Cycle.YEARLY, "2015-07-01", ["2014-07-01", "2015-07-01", "2016-07-01", "2017-07-01"]),
    ],
)
def test_where_periods_begin(cycle: Cycle, anchor: str, starts: list[str]) -> None:
    schedule = Schedule(cycle, date.fromisoformat(anchor))
    assert [schedule.period(index).first.isoformat() for index in range(-1, 3)] == starts


def test_the_29th_of_february_comes_back_in_the_next_leap_year() -> None:
    assert Schedule(Cycle.YEARLY, date(2016, 2, 29)).period(4).first == date(2020, 2, 29)


@pytest.mark.parametrize(
    ("cycle", "anchor"),
    [(Cycle.WEEKLY, "2015-05-18"), (Cycle.MONTHLY, "2015-05-01"), (Cycle.QUARTERLY, "2015-04-01"), (Cycle.YEARLY, "2015-01-01")],
)
def test_the_default_anchor_is_where_people_expect(cycle: Cycle, anchor: str) -> None:
    assert default_anchor(cycle, date(2015, 5, 20)) == date.fromisoformat(anchor)
