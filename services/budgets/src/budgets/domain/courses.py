"""Reads the course of a budget from the ledger: no more of it than what is asked needs."""

from __future__ import annotations

from collections.abc import Collection

from budgets.domain.budget import Budget, Rollover
from budgets.domain.course import Course
from budgets.domain.ports import Ledger

_FEW = 3
"""Up to so many periods are asked for one by one; for more the days are read and summed up here."""


def course_of(ledger: Ledger, budget: Budget, indexes: Collection[int]) -> Course:
    """Return the course of a budget, true for these periods. If it rolls over, that takes all spending since the anchor."""
    rolls_over = budget.rollover is not Rollover.NONE
    if not rolls_over and len(indexes) <= _FEW:
        periods = {index: budget.schedule.period(index) for index in indexes}
        return Course(budget, {index: ledger.total(budget.user_id, budget.scope, period) for index, period in periods.items()})
    oldest = min(0, *indexes) if rolls_over else min(indexes)
    return Course.of_days(budget, ledger.by_day(budget.user_id, budget.scope, budget.schedule.period(oldest).first))
