"""Reads the courses of several budgets with as few questions to the ledger as possible."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence

from budgets.domain.budget import Budget, Rollover
from budgets.domain.course import Course
from budgets.domain.ports import Ledger

Wanted = tuple[Budget, Collection[int]]
"""A budget and the numbers of the periods that matter."""


def courses_of(ledger: Ledger, user_id: str, wanted: Sequence[Wanted]) -> list[Course]:
    """Return the course of each budget, true for the wanted periods.

    A budget that hands on needs all its spending since the anchor; of the others one question is asked for all.
    """
    spans = [(budget, index) for budget, indexes in wanted for index in indexes if not _hands_on(budget)]
    totals = ledger.totals(user_id, [(budget.scope, budget.schedule.period(index)) for budget, index in spans])
    spent: dict[str, dict[int, int]] = defaultdict(dict)
    for (budget, index), minor in zip(spans, totals, strict=True):
        spent[budget.id][index] = minor
    return [
        course_from(ledger, budget, min(indexes)) if _hands_on(budget) else Course(budget, spent[budget.id])
        for budget, indexes in wanted
    ]


def course_from(ledger: Ledger, budget: Budget, index: int) -> Course:
    """Return the course of one budget, true for all periods from one on."""
    first = min(0, index) if _hands_on(budget) else index
    return Course.of_days(budget, ledger.by_day(budget.user_id, budget.scope, budget.schedule.period(first).first))


def _hands_on(budget: Budget) -> bool:
    return budget.rollover is not Rollover.NONE
