"""How budgets stand now, and how they stood before."""

from __future__ import annotations

from datetime import date

from budgets.model import FULL, Budget, BudgetView, Crossing, PeriodStatus
from budgets.periods import today_in
from budgets.store.budgets import Position
from budgets.unit_of_work import BudgetsStore, BudgetsUnitOfWork
from chassis.runtime.clock import Clock
from chassis.security.tokens import Caller

HistoryEntry = tuple[PeriodStatus, Crossing | None]
"""A period, and the crossing of its limit if it is exceeded."""


class BudgetQueries:
    """What people can look at."""

    def __init__(self, store: BudgetsStore, *, clock: Clock) -> None:
        """The current period is that of `clock`."""
        self._store, self._clock = store, clock

    def page(self, caller: Caller, *, limit: int, after: Position | None) -> tuple[list[BudgetView], Position | None]:
        """Return some budgets by name, each with its current period, and the position of the last if there are more."""
        with self._store.read() as uow:
            rows = uow.budgets.page(caller.book_id, limit=limit + 1, after=after)
            views = [self._view(uow, caller, budget) for _position, budget in rows[:limit]]
        return views, rows[limit - 1][0] if len(rows) > limit else None

    def get(self, caller: Caller, budget_id: str) -> BudgetView:
        """Return one budget; raises BudgetNotFoundError."""
        with self._store.read() as uow:
            return self._view(uow, caller, uow.budgets.get(caller.book_id, budget_id))

    def _view(self, uow: BudgetsUnitOfWork, caller: Caller, budget: Budget) -> BudgetView:
        current = self._current(caller, budget)
        return uow.view(budget, uow.spending.of(budget, [current]).status(current))

    def _current(self, caller: Caller, budget: Budget) -> int:
        return budget.schedule.number_of(today_in(caller.time_zone, self._clock()))

    def periods(self, caller: Caller, budget_id: str, *, limit: int, before: date | None) -> tuple[list[HistoryEntry], date | None]:
        """Return periods of a budget from the current one back to the first with spending, and where to go on if there are more.

        `before` is the first day of the last period of the previous page. Raises BudgetNotFoundError.
        """
        with self._store.read() as uow:
            budget = uow.budgets.get(caller.book_id, budget_id)
            current = self._current(caller, budget)
            newest = current if before is None else min(current, budget.schedule.number_of(before) - 1)
            left = range(newest, _oldest(uow, budget, current) - 1, -1)
            entries = _history(uow, budget, left[:limit])
        return entries, entries[-1][0].period.first if len(left) > limit else None


def _oldest(uow: BudgetsUnitOfWork, budget: Budget, current: int) -> int:
    day = uow.spending.first_day(budget)
    return current if day is None else min(current, budget.schedule.number_of(day))


def _history(uow: BudgetsUnitOfWork, budget: Budget, numbers: range) -> list[HistoryEntry]:
    if not numbers:
        return []
    spending = uow.spending.of(budget, numbers)
    oldest, newest = budget.schedule.period(numbers[-1]), budget.schedule.period(numbers[0])
    crossings = uow.crossings.of_budget(budget, oldest.first, newest.first)
    exceeded = {crossing.period: crossing for crossing in crossings if crossing.threshold == FULL}
    return [(status, exceeded.get(status.period)) for status in reversed([*spending.statuses(numbers)])]
