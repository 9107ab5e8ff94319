"""Makes budgets follow their categories: to where the expenses of a deleted one went, or to a note that it is missing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from budgets.categories.model import Category, visible_categories, with_successors
from budgets.projection import SpendingProjection
from budgets.unit_of_work import BudgetsUnitOfWork


class CategoryTracking:
    """Applies the events of categories to budgets, in whatever order they come."""

    def __init__(self, projection: SpendingProjection) -> None:
        """Budgets with other categories are reassessed by `projection`."""
        self._projection = projection

    def add(self, uow: BudgetsUnitOfWork, book_id: str, categories: Sequence[Category], *, complete: bool) -> None:
        """Store categories that exist; `complete` says that the book has no others."""
        uow.categories.save(book_id, categories)
        if complete:
            uow.categories.mark_complete(book_id)
        self._refresh(uow, book_id)

    def remove(self, uow: BudgetsUnitOfWork, book_id: str, category: Category) -> None:
        """Store that a category was deleted; a repeated event changes nothing."""
        known = uow.categories.of(book_id, [category.id]).get(category.id)
        if known is None or known.version < category.version:
            uow.categories.save(book_id, [category])
            self._refresh(uow, book_id)

    def _refresh(self, uow: BudgetsUnitOfWork, book_id: str) -> None:
        complete = uow.categories.complete(book_id)
        budgets = [budget for budget in uow.budgets.all(book_id) if budget.scope.category_ids]
        # Read at once for all of them: a query for each budget took most of the time of an event.
        known = uow.categories.with_successors(book_id, {one for budget in budgets for one in budget.scope.category_ids})
        for before in budgets:
            ids = with_successors(before.scope.category_ids, known)
            visible = visible_categories(ids, known, complete=complete)
            has_missing = bool(visible.missing_ids) or visible.category_ids != ids
            moved = ids != before.scope.category_ids
            if moved or has_missing != before.has_missing_categories:
                scope = replace(before.scope, category_ids=ids)
                budget = replace(before, scope=scope, has_missing_categories=has_missing, version=before.version + moved)
                uow.budgets.replace(budget)
                self._projection.reassess(uow, budget, uow.books.time_zone(book_id), before=before)
