"""Assesses a budget in hindsight: which expense took a period over a threshold, had they come in the order of their days."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import date
from typing import TypeVar

from budgets.assessment import Assessment, Edge, PeriodSpending
from budgets.model import Budget, Crossing, Expense, Trigger
from budgets.periods import Period

T = TypeVar("T")
ExpensesOn = Callable[[Collection[date]], Mapping[date, Sequence[Expense]]]
"""Returns the expenses of some days that count against the budget, in the order in which they were recorded."""


def assess_all(
    spending: PeriodSpending, by_day: Mapping[date, int], open_: Collection[Crossing], expenses_on: ExpensesOn
) -> list[Assessment]:
    """Assess every period that has spending or an open crossing. `by_day` has the sums of all days."""
    budget = spending.budget
    edges = [
        (number, threshold)
        for number, limit in spending.limits(spending.spent)
        for threshold in budget.thresholds
        if threshold <= spending.level(number, limit)
    ]
    triggers = find_triggers(spending, by_day, edges, expenses_on) if edges else {}
    assessed = [assessment for _number, assessment in spending.assess(spending.spent, triggers)]
    periods = {assessment.period for assessment in assessed}
    return assessed + assess_as_empty(spending, by_day, [crossing for crossing in open_ if crossing.period not in periods])


def assess_as_empty(spending: PeriodSpending, by_day: Mapping[date, int], crossings: Collection[Crossing]) -> list[Assessment]:
    """Assess the periods of crossings that no longer hold: they have no spending, or are not the budget's periods any more."""
    found = []
    for period in {crossing.period for crossing in crossings}:
        spent = sum(minor for day, minor in by_day.items() if day in period)
        ((_number, limit),) = spending.limits([spending.budget.schedule.number_of(period.first)])
        found.append(Assessment(period, limit, spent, 0))
    return found


def find_triggers(
    spending: PeriodSpending, by_day: Mapping[date, int], edges: Collection[Edge], expenses_on: ExpensesOn
) -> dict[Edge, Trigger]:
    """Find the expense behind each crossed threshold.

    The sums by day show on which day a threshold was crossed for good, so that only the expenses of those days are read.
    `by_day` has the sums of all days of these periods.
    """
    budget, limits = spending.budget, dict(spending.limits({number for number, _threshold in edges}))
    days = {edge: _decisive_day(budget, by_day, edge, limits[edge[0]]) for edge in edges}
    expenses = expenses_on({day for day, _spent in days.values()})
    return {
        (number, threshold): _trigger(budget, expenses.get(day, ()), threshold, limits[number], spent)
        for (number, threshold), (day, spent) in days.items()
    }


def _decisive_day(budget: Budget, by_day: Mapping[date, int], edge: Edge, limit: int) -> tuple[date, int]:
    """Return the day that took a period over a threshold for good, and what was spent before it."""
    number, threshold = edge
    period = budget.schedule.period(number)
    steps = ((day, by_day[day]) for day in _days_in(period, by_day))
    return _last_rise(budget, threshold, limit, steps, 0) or (period.first, 0)


def _trigger(budget: Budget, expenses: Iterable[Expense], threshold: int, limit: int, spent: int) -> Trigger:
    """Go through the expenses of the decisive day; `spent` is what was spent before it."""
    steps = ((expense, expense.home_amount.minor) for expense in expenses)
    rise = _last_rise(budget, threshold, limit, steps, spent)
    if rise is None:
        return Trigger(None, spent)
    expense, before = rise
    return Trigger(expense, before + expense.home_amount.minor)


def _last_rise(budget: Budget, threshold: int, limit: int, steps: Iterable[tuple[T, int]], spent: int) -> tuple[T, int] | None:
    """Return the last step that took the sum over the threshold, and the sum before it; None if no step did."""
    found, crossed = None, False
    for step, minor in steps:
        before, was_crossed = spent, crossed
        spent += minor
        crossed = budget.is_crossed(threshold, spent=spent, limit=limit)
        if crossed and not was_crossed:
            found = step, before
    return found


def _days_in(period: Period, by_day: Mapping[date, int]) -> list[date]:
    return sorted(day for day in by_day if day in period)
