"""Removes a category whose expenses move elsewhere: a few in one transaction, many step by step, so that others need not wait."""

from __future__ import annotations

from datetime import datetime

from chassis.runtime.clock import Clock
from expenses.books.model import Book
from expenses.categories.events import publish_removal
from expenses.categories.model import Category
from expenses.entries.changes import apply_changes
from expenses.entries.filter import ExpenseFilter
from expenses.entries.model import Change
from expenses.tasks.model import Task, TaskState
from expenses.unit_of_work import ExpensesUnitOfWork

ROWS = 1000
"""Expenses that one transaction moves."""


def begin_removal(uow: ExpensesUnitOfWork, book: Book, category: Category, target: str | None) -> bool:
    """Begin a task; return False if another one is in the way."""
    if uow.tasks.find(book) is not None:
        return False
    uow.tasks.put(book, Task(category.id, TaskState.MOVING, (target,) if target else ()))
    return True


def move_some(uow: ExpensesUnitOfWork, book: Book, category: Category, target: str | None, now: datetime) -> bool:
    """Move some expenses and, if those were the last, remove the category; return whether there are more."""
    batch = uow.expenses.page(book, ExpenseFilter(categories=(category.id,)), "spent_on", ROWS)
    if batch:
        # Part of these events too: a service that gets them first must let a budget follow before it looks at the spending.
        moved = {"from": category.id, "version": category.version + 1, "to": target}
        changes = [Change(expense, expense.revised(now, category_id=target)) for expense in batch]
        apply_changes(uow, book, changes, category_moved=moved)
    if len(batch) == ROWS:
        return True
    publish_removal(uow, book, category, target)
    uow.categories.remove(book, category)
    return False


def are_many(uow: ExpensesUnitOfWork, book: Book, category: Category) -> bool:
    """Say whether a category has more expenses than one transaction moves."""
    return len(uow.expenses.page(book, ExpenseFilter(categories=(category.id,)), "spent_on", ROWS)) == ROWS


class RemovalStep:
    """Takes the next step of a task that removes a category."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def __call__(self, uow: ExpensesUnitOfWork, book: Book, task: Task) -> bool:
        category = uow.categories.get(book, task.id)
        target = next((category_id for category_id in task.categories if uow.categories.get(book, category_id)), None)
        if category is not None and move_some(uow, book, category, target, self._clock()):
            uow.tasks.put(book, task)
            return True
        uow.tasks.remove(book)
        return False
