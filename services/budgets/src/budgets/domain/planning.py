"""Setting, changing and deleting budgets: what was spent before counts at once."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import Any

from budgets.domain.attribution import attribute
from budgets.domain.budget import Budget
from budgets.domain.clock import Clock, today_in
from budgets.domain.course import Course
from budgets.domain.crossing import Crossing, Verdict
from budgets.domain.errors import BudgetChangedError, BudgetNotFoundError, TooManyBudgetsError
from budgets.domain.ports import Body, Owner, Store, Work
from budgets.domain.schedule import Period
from budgets.domain.settlement import settle
from budgets.domain.telling import carry_out, tell_changed
from budgets.domain.terms import Terms, changed_terms, new_terms
from budgets.domain.wire import budget_body

MOST_BUDGETS = 200


class Planning:
    """What an owner does to budgets. Bodies come in and go out as the API has them."""

    def __init__(self, store: Store, *, clock: Clock, new_id: Callable[[], str]) -> None:
        """Take the time from `clock` and the ids of budgets and crossings from `new_id`."""
        self._store, self._clock, self._new_id = store, clock, new_id

    def create(self, owner: Owner, body: Body, *, key: str | None = None) -> Body:
        """Set a budget; a repeat with the same key returns what the first did and changes nothing.

        Raises:
            InvalidBudgetError: if there can be no such budget.
            TooManyBudgetsError: if the owner has as many as there can be.
        """
        with self._store.write(owner.user_id) as work:
            work.people.meet(owner)
            return work.once(key, body, lambda: self._create(work, owner, body))

    def _create(self, work: Work, owner: Owner, body: Body) -> Body:
        terms = new_terms(body, home_currency=owner.home_currency, today=today_in(owner.time_zone, self._clock))
        if len(work.budgets.all(owner.user_id)) >= MOST_BUDGETS:
            raise TooManyBudgetsError(MOST_BUDGETS)
        budget = Budget(id=self._new_id(), user_id=owner.user_id, version=1, created_at=self._clock(), **_fields(terms))
        work.budgets.add(budget)
        return self._apply(work, budget, owner)

    def change(self, owner: Owner, budget_id: str, body: Body, *, version: int) -> Body:
        """Change a budget that was read in this version.

        Raises:
            BudgetNotFoundError: if the owner has no such budget.
            BudgetChangedError: if it has another version now.
            InvalidBudgetError: if there can be no such budget.
        """
        with self._store.write(owner.user_id) as work:
            work.people.meet(owner)
            before = _expect(work, owner, budget_id, version)
            terms = changed_terms(before, body, home_currency=owner.home_currency)
            budget = dataclasses.replace(before, version=version + 1, **_fields(terms))
            work.budgets.replace(budget)
            return self._apply(work, budget, owner, before=before)

    def remove(self, owner: Owner, budget_id: str, *, version: int) -> None:
        """Delete a budget that was read in this version; what was told about it is withdrawn. Raises as `change` does."""
        with self._store.write(owner.user_id) as work:
            budget = _expect(work, owner, budget_id, version)
            by_day = work.ledger.by_day(owner.user_id, budget.scope)
            course = Course.of_days(budget, by_day)
            open_ = work.crossings.of(owner.user_id, [budget.id])
            settlement = settle(budget, _gone(course, by_day, open_, set()), open_, new_id=self._new_id, now=self._clock())
            carry_out(work, budget, settlement, reason="budget-removed")
            work.budgets.remove(owner.user_id, budget.id)
            work.announce("budget.removed", budget.id, {"user_id": owner.user_id, "budget_id": budget.id})

    def _apply(self, work: Work, budget: Budget, owner: Owner, *, before: Budget | None = None) -> Body:
        by_day = work.ledger.by_day(budget.user_id, budget.scope)
        course = Course.of_days(budget, by_day)
        if before is None or not budget.has_rules_of(before):
            self._review(work, course, by_day)
        standing = course.standing(budget.schedule.index_of(today_in(owner.time_zone, self._clock)))
        tell_changed(work, budget, standing)
        return budget_body(budget, standing)

    def _review(self, work: Work, course: Course, by_day: Mapping[date, int]) -> None:
        """Find out what holds under new rules."""
        budget = course.budget
        open_ = work.crossings.of(budget.user_id, [budget.id])
        verdicts = list(_verdicts(work, course, by_day))
        verdicts += _gone(course, by_day, open_, {verdict.period for verdict in verdicts})
        settlement = settle(budget, verdicts, open_, new_id=self._new_id, now=self._clock())
        carry_out(work, budget, settlement, reason="budget-changed")


def _fields(terms: Terms) -> dict[str, Any]:
    return {field.name: getattr(terms, field.name) for field in dataclasses.fields(terms)}


def _expect(work: Work, owner: Owner, budget_id: str, version: int) -> Budget:
    budget = work.budgets.get(owner.user_id, budget_id)
    if budget is None:
        raise BudgetNotFoundError
    if budget.version != version:
        raise BudgetChangedError(budget.version)
    return budget


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
