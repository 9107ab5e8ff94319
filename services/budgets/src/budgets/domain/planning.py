"""Setting, changing and deleting budgets: what was spent before counts at once."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

from budgets.domain.budget import Budget
from budgets.domain.category_check import CategoryCheck
from budgets.domain.clock import Clock, today_in
from budgets.domain.errors import BudgetChangedError, BudgetNotFoundError, TooManyBudgetsError
from budgets.domain.ports import Body, Owner, Store, Work
from budgets.domain.review import Review
from budgets.domain.terms import Terms, changed_terms, new_terms

MOST_BUDGETS = 200


class Planning:
    """What an owner does to budgets. Bodies come in and go out as the API has them."""

    def __init__(self, store: Store, *, review: Review, check: CategoryCheck, clock: Clock, new_id: Callable[[], str]) -> None:
        """Take the time from `clock` and the ids of budgets from `new_id`."""
        self._store, self._review, self._categories = store, review, check
        self._clock, self._new_id = clock, new_id

    def create(self, owner: Owner, body: Body, *, key: str | None = None) -> Body:
        """Set a budget; a repeat with the same key returns what the first did and changes nothing.

        Raises:
            InvalidBudgetError: if there can be no such budget.
            TooManyBudgetsError: if the owner has as many as there can be.
            UnknownCategoryError: if one of its categories does not exist.
            CategoryPendingError: if the news of a new category has not come yet.
        """
        self._categories.await_news(owner.user_id, body.get("category_ids", ()))
        with self._store.write(owner.user_id) as work:
            work.people.meet(owner)
            return work.once(key, body, lambda: self._create(work, owner, body))

    def _create(self, work: Work, owner: Owner, body: Body) -> Body:
        terms = new_terms(body, home_currency=owner.home_currency, today=today_in(owner.time_zone, self._clock))
        self._categories.check(work, owner.user_id, terms.scope.category_ids)
        if len(work.budgets.all(owner.user_id)) >= MOST_BUDGETS:
            raise TooManyBudgetsError(MOST_BUDGETS)
        budget = Budget(id=self._new_id(), user_id=owner.user_id, version=1, created_at=self._clock(), **_fields(terms))
        work.budgets.add(budget)
        return self._review.apply(work, budget, owner.time_zone)

    def change(self, owner: Owner, budget_id: str, body: Body, *, version: int) -> Body:
        """Change a budget that was read in this version.

        Raises:
            BudgetNotFoundError: if the owner has no such budget.
            BudgetChangedError: if it has another version now.
            InvalidBudgetError: if there can be no such budget.
            UnknownCategoryError, CategoryPendingError: as `create` does, of the categories that are given.
        """
        self._categories.await_news(owner.user_id, body.get("category_ids", ()))
        with self._store.write(owner.user_id) as work:
            work.people.meet(owner)
            before = _expect(work, owner, budget_id, version)
            terms = changed_terms(before, body, home_currency=owner.home_currency)
            self._categories.check(work, owner.user_id, body.get("category_ids", ()))
            has_gone = before.has_gone and "category_ids" not in body
            awaiting = before.awaiting and terms.amount.currency == before.amount.currency
            budget = dataclasses.replace(before, version=version + 1, has_gone=has_gone, awaiting=awaiting, **_fields(terms))
            work.budgets.replace(budget)
            return self._review.apply(work, budget, owner.time_zone, before=before)

    def remove(self, owner: Owner, budget_id: str, *, version: int) -> None:
        """Delete a budget that was read in this version; what was told about it is withdrawn. Raises as `change` does."""
        with self._store.write(owner.user_id) as work:
            budget = _expect(work, owner, budget_id, version)
            self._review.withdraw(work, budget)
            work.budgets.remove(owner.user_id, budget.id)
            work.announce("budget.removed", budget.id, {"user_id": owner.user_id, "budget_id": budget.id})


def _fields(terms: Terms) -> dict[str, Any]:
    return {field.name: getattr(terms, field.name) for field in dataclasses.fields(terms)}


def _expect(work: Work, owner: Owner, budget_id: str, version: int) -> Budget:
    budget = work.budgets.get(owner.user_id, budget_id)
    if budget is None:
        raise BudgetNotFoundError
    if budget.version != version:
        raise BudgetChangedError(budget.version)
    return budget
