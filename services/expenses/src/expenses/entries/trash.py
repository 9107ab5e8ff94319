"""Deleting an expense in a way that can be undone."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from chassis.runtime.clock import Clock
from chassis.security.tokens import Caller
from expenses.books.model import Book
from expenses.entries.changes import apply_changes
from expenses.entries.model import Change, Expense
from expenses.entries.service import ExpenseWithReceipts, expense_at, with_receipts
from expenses.errors import ExpenseNotFoundError
from expenses.moments import milliseconds, whole_milliseconds
from expenses.rates.converter import Converter
from expenses.unit_of_work import ExpensesStore, ExpensesUnitOfWork

KEPT = timedelta(days=1)
"""How long a deleted expense can be restored."""
_PURGED_AT_ONCE = 500


class TrashService:
    """Deletes and restores expenses."""

    def __init__(self, store: ExpensesStore, converter: Converter, clock: Clock) -> None:
        self._store, self._converter, self._clock = store, converter, clock

    def remove(self, caller: Caller, expense_id: str, version: int) -> None:
        """Delete an expense, which can be restored for a day; raises ExpenseNotFoundError, StaleVersionError."""
        with self._store.write() as uow:
            book = uow.books.lock(caller)
            expense = expense_at(uow, book, expense_id, version)
            uow.trash.put(book, expense, milliseconds(self._clock()))
            apply_changes(uow, book, [Change(expense, None)], keep_receipts=True)

    def restore(self, caller: Caller, expense_id: str) -> ExpenseWithReceipts:
        """Bring a deleted expense back as it was. One that was not deleted is returned as it is, so a repeat does no harm.

        Raises:
            ExpenseNotFoundError: if it never existed or was deleted too long ago.
        """
        with self._store.write() as uow:
            book = uow.books.lock(caller)
            expense = uow.expenses.get(book, expense_id)
            if expense is None:
                expense = self._as_it_was(uow, book, expense_id)
                apply_changes(uow, book, [Change(None, expense)])
            return with_receipts(uow, book, [expense])[0]

    def _as_it_was(self, uow: ExpensesUnitOfWork, book: Book, expense_id: str) -> Expense:
        kept = uow.trash.take(book, expense_id)
        if kept is None:
            raise ExpenseNotFoundError
        if kept.category_id is not None and uow.categories.get(book, kept.category_id) is None:
            kept = replace(kept, category_id=None)
        if kept.home_amount.currency != book.home_currency:
            home = self._converter.moved_home(kept.amount, kept.home_amount, kept.spent_on, book.home_currency)
            kept = replace(kept, home_amount=home, home_amount_given=False)
        # The deletion was a version of its own, so this is the one after it: consumers of the events see them in order.
        return replace(kept, version=kept.version + 2, updated_at=whole_milliseconds(self._clock()))

    def purge(self) -> int:
        """Delete for good, with their receipts, what was deleted more than a day ago; return how many expenses that were."""
        before, done = milliseconds(self._clock() - KEPT), 0
        while True:
            with self._store.write() as uow:
                purged = uow.trash.purge(before, _PURGED_AT_ONCE)
            done += purged
            if purged < _PURGED_AT_ONCE:
                return done
