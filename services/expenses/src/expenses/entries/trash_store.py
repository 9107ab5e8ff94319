"""Rows of deleted expenses, kept for as long as they can be restored."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from expenses.books.model import Book
from expenses.entries.model import Expense
from expenses.entries.rows import COLUMNS, expense_in, values_of
from expenses.receipts.store import receipt
from expenses.tables import trashed_expense as trashed

_COLUMNS = tuple(trashed.c[name] for name in COLUMNS)


class TrashRepository:
    """Deleted expenses within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def put(self, book: Book, expense: Expense, now_ms: int) -> None:
        """Keep an expense that is being deleted."""
        row = dict(zip(COLUMNS, values_of(book, expense), strict=True))
        self._connection.execute(trashed.insert(), {**row, "trashed_ms": now_ms})

    def take(self, book: Book, expense_id: str) -> Expense | None:
        """Return a deleted expense and keep it no longer; None if there is none. Its number is 0: it will get another one."""
        one = trashed.c.owner == book.number, trashed.c.id == expense_id
        row = self._connection.execute(sa.select(*_COLUMNS).where(*one)).first()
        if row is None or self._connection.execute(trashed.delete().where(*one)).rowcount == 0:
            return None
        return expense_in((*row, 0))

    def purge(self, before_ms: int, limit: int) -> int:
        """Delete up to `limit` expenses, and their receipts, that were deleted before a moment; return how many were found."""
        query = sa.select(trashed.c.owner, trashed.c.id).where(trashed.c.trashed_ms < before_ms).limit(limit)
        found = self._connection.execute(query).all()
        for number, expense_id in found:
            one = trashed.c.owner == number, trashed.c.id == expense_id, trashed.c.trashed_ms < before_ms
            # Whoever restores it deletes the same row: only the one that finds it decides about the receipts.
            if self._connection.execute(trashed.delete().where(*one)).rowcount:
                self._connection.execute(receipt.delete().where(receipt.c.owner == number, receipt.c.expense_id == expense_id))
        return len(found)
