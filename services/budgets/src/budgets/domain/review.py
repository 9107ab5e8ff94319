"""Finds out what holds for a budget under new rules, in the light of all expenses so far."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date

from budgets.domain.attribution import attribute
from budgets.domain.budget import Budget
from budgets.domain.clock import Clock, today_in
from budgets.domain.course import Course
from budgets.domain.crossing import Crossing, Verdict
from budgets.domain.ports import Body, Work
from budgets.domain.schedule import Period
from budgets.domain.settlement import settle
from budgets.domain.telling import body_of, carry_out, tell_changed


class Review:
    """Judges whole budgets, where something other than an expense has changed."""

    def __init__(self, *, clock: Clock, new_id: Callable[[], str]) -> None:
        """Take the time from `clock` and the ids of crossings from `new_id`."""
        self._clock, self._new_id = clock, new_id

    def apply(self, work: Work, budget: Budget, time_zone: str, *, before: Budget | None = None) -> Body:
        """Settle and announce a budget that is stored already; return it as the API shows it."""
        by_day = work.ledger.by_day(budget.user_id, budget.scope)
        course = Course.of_days(budget, by_day)
        if not budget.awaiting and (before is None or not budget.has_rules_of(before)):
            self._settle(work, course, by_day)
        standing = course.standing(budget.schedule.index_of(today_in(time_zone, self._clock)))
        tell_changed(work, budget, standing)
        return body_of(work, budget, standing)

    def withdraw(self, work: Work, budget: Budget) -> None:
        """Close all crossings of a budget that is about to be deleted."""
        by_day = work.ledger.by_day(budget.user_id, budget.scope)
        open_ = work.crossings.of(budget.user_id, [budget.id])
        verdicts = _gone(Course.of_days(budget, by_day), by_day, open_, set())
        carry_out(work, budget, settle(budget, verdicts, open_, new_id=self._new_id, now=self._clock()), reason="budget-removed")

    def _settle(self, work: Work, course: Course, by_day: Mapping[date, int]) -> None:
        budget = course.budget
        open_ = work.crossings.of(budget.user_id, [budget.id])
        verdicts = list(_verdicts(work, course, by_day))
        verdicts += _gone(course, by_day, open_, {verdict.period for verdict in verdicts})
        settlement = settle(budget, verdicts, open_, new_id=self._new_id, now=self._clock())
        carry_out(work, budget, settlement, reason="budget-changed")


def _verdicts(work: Work, course: Course, by_day: Mapping[date, int]) -> Iterator[Verdict]:
    """Judge every period with spending, in the light of all expenses so far."""
    budget = course.budget
    judged = [(index, limit, course.level(index, limit)) for index, limit in course.limits(course.spent)]
    edges = [(index, threshold) for index, _limit, level in judged for threshold in budget.thresholds if threshold <= level]
    tips = attribute(work.ledger, budget.user_id, course, by_day, edges) if edges else {}
    for index, limit, level in judged:
        mine = {threshold: tip for (period, threshold), tip in tips.items() if period == index}
        yield Verdict(budget.schedule.period(index), limit, course.spent[index], level, mine)


def _gone(course: Course, by_day: Mapping[date, int], open_: list[Crossing], judged: set[Period]) -> Iterator[Verdict]:
    """Judge periods that have crossings and are none any more, or have nothing in them any more."""
    for period in {crossing.period for crossing in open_} - judged:
        spent = sum(minor for day, minor in by_day.items() if day in period)
        yield Verdict(period, course.limit(course.budget.schedule.index_of(period.first)), spent, 0, {})
