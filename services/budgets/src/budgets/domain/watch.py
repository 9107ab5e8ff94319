"""Follows a budget expense by expense, and notes which of them takes a period over which threshold."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from budgets.domain.budget import Budget, Rollover
from budgets.domain.course import Course
from budgets.domain.crossing import Tip, Verdict
from budgets.domain.expense import Expense, Step

Edge = tuple[int, int]
"""(number of a period, threshold)"""


class Watch:
    """One budget under watch, from how it stood before some steps to how it stands after them."""

    def __init__(self, course: Course, touched: Iterable[int]) -> None:
        """Begin before the first step; `touched` are the periods that any of the steps will change."""
        self._course = course
        self._touched = set(touched)
        self._levels = dict(self._rate(self._touched))
        self._tips: dict[Edge, Tip] = {}
        self.moved = False
        """Whether any threshold was crossed on the way, up or down."""

    def take(self, step: Step) -> None:
        """Let one expense be recorded, changed or removed."""
        moves = list(moves_of(self._course.budget, step))
        for index, minor in moves:
            self._course.add(index, minor)
        touched = {index for index, _minor in moves}
        if touched:
            for index, level in self._rate(touched):
                self._note(index, level, step.after)

    def verdicts(self) -> Iterator[tuple[int, Verdict]]:
        """Yield (number, verdict) of each period that the steps can have changed."""
        course = self._course
        for index, limit in course.limits(course.influenced_by(self._touched)):
            tips = {threshold: tip for (period, threshold), tip in self._tips.items() if period == index}
            period = course.budget.schedule.period(index)
            yield index, Verdict(period, limit, course.spent.get(index, 0), course.level(index, limit), tips)

    def _rate(self, touched: Collection[int]) -> Iterator[tuple[int, int]]:
        for index, limit in self._course.limits(self._course.influenced_by(touched)):
            yield index, self._course.level(index, limit)

    def _note(self, index: int, level: int, expense: Expense | None) -> None:
        before, self._levels[index] = self._levels.get(index, 0), level
        self.moved = self.moved or before != level
        for threshold in self._course.budget.thresholds:
            if before < threshold <= level:
                culprit = expense if expense and self._can_tip(index, expense) else None
                self._tips[index, threshold] = Tip(culprit, self._course.spent[index])

    def _can_tip(self, index: int, expense: Expense) -> bool:
        budget = self._course.budget
        if not budget.scope.covers(expense):
            return False
        own = budget.schedule.index_of(expense.day)
        return own == index or (budget.rollover is not Rollover.NONE and 0 <= own < index)


def moves_of(budget: Budget, step: Step) -> Iterator[tuple[int, int]]:
    """Yield (number of the period, minor units added) for what a step means to a budget."""
    for expense, sign in step.sides:
        if budget.scope.covers(expense):
            yield budget.schedule.index_of(expense.day), sign * expense.home.minor
