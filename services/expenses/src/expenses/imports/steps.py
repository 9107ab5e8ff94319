"""The steps of an import's task: what failed is removed again, what is done is published, what is not wanted is undone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from expenses.categories.events import publish_removal
from expenses.entries.changes import apply_changes
from expenses.entries.filter import ExpenseFilter
from expenses.entries.model import Change
from expenses.imports.events import publish_completed, publish_undone

if TYPE_CHECKING:
    from collections.abc import Sequence

    from expenses.books.model import Book
    from expenses.entries.changes import Publish
    from expenses.entries.model import Expense
    from expenses.tasks.model import Task
    from expenses.unit_of_work import ExpensesUnitOfWork

_ROWS = 1000
"""Rows that one transaction removes."""


def revert(uow: ExpensesUnitOfWork, book: Book, task: Task) -> bool:
    """Remove some rows of an import that failed; return whether there is more to do."""
    batch = uow.expenses.by_number(book, ExpenseFilter(import_id=task.id), _ROWS, 0)
    # No event of these rows was published, unless they were changed since.
    _remove(uow, book, task, [expense for expense in batch if expense.version == 1], publish=_publish_nothing)
    _remove(uow, book, task, [expense for expense in batch if expense.version > 1])
    if batch or uow.held_events.drop_some(book):
        return True
    for category_id in task.categories:
        category = uow.categories.get(book, category_id)
        if category and not uow.expenses.count(book, ExpenseFilter(categories=(category_id,))):
            uow.categories.remove(book, category)
            publish_removal(uow, book, category, None)
    uow.tasks.remove(book)
    return False


def publish(uow: ExpensesUnitOfWork, book: Book, task: Task) -> bool:
    """Publish some events of an import whose rows are in; return whether there is more to do."""
    if uow.held_events.publish_some(book):
        return True
    done = uow.imports.get(book, task.id)
    if done is not None:
        publish_completed(uow, book, done)
    uow.tasks.remove(book)
    return False


def undo(uow: ExpensesUnitOfWork, book: Book, task: Task) -> bool:
    """Remove some rows of an import that is undone; return whether there is more to do."""
    batch = uow.expenses.by_number(book, ExpenseFilter(import_id=task.id), _ROWS, 0)
    _remove(uow, book, task, batch)
    if not batch:
        done = uow.imports.get(book, task.id)
        if done is not None:
            publish_undone(uow, book, done)
        uow.tasks.remove(book)
    return bool(batch)


def _remove(uow: ExpensesUnitOfWork, book: Book, task: Task, expenses: Sequence[Expense], publish: Publish | None = None) -> None:
    if expenses:
        apply_changes(uow, book, [Change(expense, None) for expense in expenses], import_id=task.id, publish=publish)


def _publish_nothing(_kind: str, _book: Book, _import_id: str | None, _changes: Sequence[Change]) -> None:
    pass
