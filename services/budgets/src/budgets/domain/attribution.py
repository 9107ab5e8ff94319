"""Says in hindsight which expense took a period over a threshold, had they come in the order of their days."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import date

from budgets.domain.course import Course
from budgets.domain.crossing import Tip
from budgets.domain.expense import Expense
from budgets.domain.ports import Ledger
from budgets.domain.schedule import Period
from budgets.domain.watch import Edge


def attribute(ledger: Ledger, user_id: str, course: Course, by_day: Mapping[date, int], edges: Collection[Edge]) -> dict[Edge, Tip]:
    """Find the expense behind each edge that holds.

    The sums of the days tell on which day a threshold was crossed for good, so that only the expenses of those days are read.
    `by_day` are the sums of all days of the edges' periods.
    """
    days = {edge: _Day.of(course, by_day, edge, limit) for edge, limit in _limits(course, edges)}
    expenses = ledger.expenses_on(user_id, course.budget.scope, {day.day for day in days.values()})
    return {edge: day.tip(expenses.get(day.day, [])) for edge, day in days.items()}


def _limits(course: Course, edges: Collection[Edge]) -> Iterator[tuple[Edge, int]]:
    limits = dict(course.limits({index for index, _threshold in edges}))
    return ((edge, limits[edge[0]]) for edge in edges)


class _Day:
    """The day that took a period over a threshold."""

    def __init__(self, course: Course, limit: int, threshold: int, day: date, spent_before: int) -> None:
        self._budget, self._limit, self._threshold = course.budget, limit, threshold
        self.day, self._spent = day, spent_before

    @classmethod
    def of(cls, course: Course, by_day: Mapping[date, int], edge: Edge, limit: int) -> _Day:
        index, threshold = edge
        spent, crossed = 0, False
        found = cls(course, limit, threshold, course.budget.schedule.period(index).first, 0)
        for day in _days_in(course.budget.schedule.period(index), by_day):
            before, was_crossed = spent, crossed
            spent += by_day[day]
            crossed = course.budget.reaches(threshold, spent=spent, limit=limit)
            if crossed and not was_crossed:
                found = cls(course, limit, threshold, day, before)
        return found

    def tip(self, expenses: Collection[Expense]) -> Tip:
        """Go through the day in the order in which its expenses were recorded."""
        spent, crossed, tip = self._spent, False, Tip(None, self._spent)
        for expense in expenses:
            spent, was_crossed = spent + expense.home.minor, crossed
            crossed = self._budget.reaches(self._threshold, spent=spent, limit=self._limit)
            if crossed and not was_crossed:
                tip = Tip(expense, spent)
        return tip


def _days_in(period: Period, by_day: Mapping[date, int]) -> list[date]:
    return sorted(day for day in by_day if day in period)
