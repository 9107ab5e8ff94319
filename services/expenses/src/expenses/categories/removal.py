"""Removes a category whose expenses go elsewhere: a few in one transaction, many in steps, so that others need not wait."""

from __future__ import annotations

from typing import TYPE_CHECKING

from expenses.categories.events import announce_removal
from expenses.entries.changes import book
from expenses.entries.model import Change, moved
from expenses.jobs.model import MOVING, ImportJob
from expenses.ports import Filter

if TYPE_CHECKING:
    from datetime import datetime

    from expenses.categories.model import Category
    from expenses.ports import Owner, Work

ROWS = 1000
"""Expenses that one transaction moves."""


def begin_move(work: Work, owner: Owner, category: Category, target: str | None) -> bool:
    """Make a job of it; return False if another one is in the way."""
    if work.jobs.of(owner) is not None:
        return False
    work.jobs.put(owner, ImportJob(category.id, MOVING, (target,) if target else ()))
    return True


def move_some(work: Work, owner: Owner, category: Category, target: str | None, now: datetime) -> bool:
    """Move some expenses and, if those were the last, remove the category; return whether there are more."""
    batch = work.expenses.page(owner, Filter(categories=(category.id,)), "spent_on", ROWS)
    if batch:
        # Said with the expenses too: who hears of them first has to let a budget follow before it looks at what was spent.
        moving = {"category_moved": {"from": category.id, "version": category.version + 1, "to": target}}
        book(work, owner, [Change(expense, moved(expense, now, category_id=target)) for expense in batch], more=moving)
    if len(batch) == ROWS:
        return True
    announce_removal(work, owner, category, target)
    work.categories.remove(owner, category)
    return False


def are_many(work: Work, owner: Owner, category: Category) -> bool:
    """Say whether a category has more expenses than one transaction moves."""
    return len(work.expenses.page(owner, Filter(categories=(category.id,)), "spent_on", ROWS)) == ROWS


def continue_move(work: Work, owner: Owner, job: ImportJob, now: datetime) -> bool:
    """Take the next step of a job; return whether there is more."""
    category = work.categories.get(owner, job.import_id)
    target = next((category_id for category_id in job.categories if work.categories.get(owner, category_id)), None)
    if category is not None and move_some(work, owner, category, target, now):
        work.jobs.put(owner, job)
        return True
    work.jobs.remove(owner)
    return False
