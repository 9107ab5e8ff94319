"""Lets budgets follow their categories: to the one that the expenses of a deleted category went to, or to no more than a note."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from budgets.domain.budget import Budget
from budgets.domain.category import Category, shown
from budgets.domain.ports import Work
from budgets.domain.review import Review

_MOST_CATEGORIES = 100
"""What a budget can hold."""


class Following:
    """What the news of categories mean to budgets, in whatever order they come."""

    def __init__(self, review: Review) -> None:
        """Judge budgets anew with `review`."""
        self._review = review

    def heard(self, work: Work, user_id: str, categories: Sequence[Category], *, complete: bool) -> None:
        """Take in categories that there are; `complete` says that somebody has no others."""
        work.categories.keep(user_id, categories)
        if complete:
            work.categories.note_complete(user_id)
        self._refresh(work, user_id)

    def removed(self, work: Work, user_id: str, category: Category) -> None:
        """Take in that a category is gone; hearing it again changes nothing."""
        known = work.categories.of(user_id, [category.id]).get(category.id)
        if known is None or known.version < category.version:
            work.categories.keep(user_id, [category])
            self._refresh(work, user_id)

    def _refresh(self, work: Work, user_id: str) -> None:
        complete = work.categories.complete(user_id)
        for before in work.budgets.all(user_id):
            if not before.scope.category_ids:
                continue
            ids, known = _followed(work, before)
            seen = shown(ids, known, complete=complete)
            has_gone = bool(seen.missing_ids) or seen.category_ids != ids
            moved = ids != before.scope.category_ids
            if not moved and has_gone == before.has_gone:
                continue
            scope = dataclasses.replace(before.scope, category_ids=ids)
            budget = dataclasses.replace(before, scope=scope, has_gone=has_gone, version=before.version + moved)
            work.budgets.replace(budget)
            self._review.apply(work, budget, work.people.time_zone(user_id), before=before)


def _followed(work: Work, budget: Budget) -> tuple[tuple[str, ...], dict[str, Category]]:
    """Return the categories of a budget with those that took the place of deleted ones, and all that is known of them.

    A deleted category stays in the list beside its successor, until its owner changes the list: as long as not all of its expenses
    are known to have moved, leaving it out would make a budget recover for a moment, and exceed once more.
    """
    ids = list(budget.scope.category_ids)
    known: dict[str, Category] = {}
    fresh = ids
    while fresh:
        found = work.categories.of(budget.user_id, fresh)
        known |= found
        goals = [category.moved_to for category in found.values() if category.removed and category.moved_to]
        fresh = [goal for goal in dict.fromkeys(goals) if goal not in ids]
        ids = [*ids, *fresh]
    if len(ids) > _MOST_CATEGORIES:
        ids = [category_id for category_id in ids if not (category_id in known and known[category_id].moved_to in ids)]
    return tuple(ids), known
