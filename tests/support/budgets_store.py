"""Units of work on the store of budgets that have a book's row to themselves."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from budgets.unit_of_work import BudgetsStore, BudgetsUnitOfWork


@contextmanager
def locked(store: BudgetsStore, book_id: str) -> Iterator[BudgetsUnitOfWork]:
    """Begin a unit of work that writes for one book."""
    with store.write() as uow:
        uow.books.lock(book_id)
        yield uow
