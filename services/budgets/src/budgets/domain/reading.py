"""How budgets stand, for those who look."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from budgets.domain.budget import FULL, Budget
from budgets.domain.clock import Clock, today_in
from budgets.domain.courses import course_of
from budgets.domain.errors import BudgetNotFoundError
from budgets.domain.ports import Body, Owner, Store, View
from budgets.domain.telling import body_of
from budgets.domain.wire import period_body


@dataclass(frozen=True, slots=True)
class Page:
    """Some items of a list, and the position after the last if there are more."""

    items: list[Body]
    next: tuple[str, ...] | None


class Reading:
    """What an owner can look at."""

    def __init__(self, store: Store, *, clock: Clock) -> None:
        """Take the time from `clock`."""
        self._store, self._clock = store, clock

    def budgets(self, owner: Owner, *, limit: int, after: tuple[str, str] | None) -> Page:
        """List budgets by name, each with its running period."""
        with self._store.read() as view:
            rows = view.budgets.page(owner.user_id, limit=limit + 1, after=after)
            shown = self._shown(view, owner, [budget for _position, budget in rows[:limit]])
        return Page(shown, rows[limit - 1][0] if len(rows) > limit else None)

    def budget(self, owner: Owner, budget_id: str) -> Body:
        """Return one budget; raises BudgetNotFoundError."""
        with self._store.read() as view:
            return self._shown(view, owner, [_find(view, owner, budget_id)])[0]

    def _shown(self, view: View, owner: Owner, budgets: list[Budget]) -> list[Body]:
        today = today_in(owner.time_zone, self._clock)
        running = [(budget, budget.schedule.index_of(today)) for budget in budgets]
        return [body_of(view, budget, course_of(view.ledger, budget, [index]).standing(index)) for budget, index in running]

    def periods(self, owner: Owner, budget_id: str, *, limit: int, before: date | None) -> Page:
        """List the periods of a budget from the running one back to the first with spending; raises BudgetNotFoundError."""
        with self._store.read() as view:
            budget = _find(view, owner, budget_id)
            running = budget.schedule.index_of(today_in(owner.time_zone, self._clock))
            newest = running if before is None else min(running, budget.schedule.index_of(before) - 1)
            left = range(newest, _oldest(view, budget, running) - 1, -1)
            items = _history(view, budget, left[:limit])
        return Page(items, (items[-1]["from"],) if len(left) > limit else None)


def _find(view: View, owner: Owner, budget_id: str) -> Budget:
    budget = view.budgets.get(owner.user_id, budget_id)
    if budget is None:
        raise BudgetNotFoundError
    return budget


def _oldest(view: View, budget: Budget, running: int) -> int:
    day = view.ledger.first_day(budget.user_id, budget.scope)
    return running if day is None else min(running, budget.schedule.index_of(day))


def _history(view: View, budget: Budget, indexes: range) -> list[Body]:
    if not indexes:
        return []
    course = course_of(view.ledger, budget, indexes)
    oldest, newest = budget.schedule.period(indexes[-1]), budget.schedule.period(indexes[0])
    crossings = view.crossings.of(budget.user_id, [budget.id], oldest.first, newest.first)
    exceeded = {crossing.period: crossing for crossing in crossings if crossing.threshold == FULL}
    return [period_body(standing, exceeded.get(standing.period)) for standing in reversed([*course.standings(indexes)])]
