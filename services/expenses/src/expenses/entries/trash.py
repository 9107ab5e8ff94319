"""Deleting an expense in a way that can be undone."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from expenses.entries.changes import book
from expenses.entries.model import Change, Expense, milliseconds
from expenses.entries.showing import shown
from expenses.errors import ExpenseNotFoundError, StaleVersionError

if TYPE_CHECKING:
    from expenses.home_currency.converter import Converter
    from expenses.ports import Clock, Owner, Store, Who, Work

KEPT = timedelta(days=1)
"""How long a deleted expense can be restored."""
_PURGED_AT_ONCE = 500


class Trash:
    """The deleted expenses of everybody."""

    def __init__(self, store: Store, converter: Converter, clock: Clock) -> None:
        self._store, self._converter, self._clock = store, converter, clock

    def remove(self, who: Who, expense_id: str, version: int) -> None:
        """Delete an expense, to be restored within a day; raises ExpenseNotFoundError, StaleVersionError."""
        with self._store.writing() as work:
            owner = work.owners.hold(who)
            expense = work.expenses.get(owner, expense_id)
            if expense is None:
                raise ExpenseNotFoundError
            if expense.version != version:
                raise StaleVersionError(expense.version)
            work.trash.put(expense, milliseconds(self._clock()))
            book(work, owner, [Change(expense, None)], receipts_stay=True)

    def restore(self, who: Who, expense_id: str) -> dict[str, Any]:
        """Bring a deleted expense back as it was; one that is there already is returned, so a repeat does no harm.

        Raises:
            ExpenseNotFoundError: if it never existed or was deleted too long ago.
        """
        with self._store.writing() as work:
            owner = work.owners.hold(who)
            expense = work.expenses.get(owner, expense_id)
            if expense is None:
                expense = self._as_it_was(work, owner, expense_id)
                book(work, owner, [Change(None, expense)])
            return shown(work, owner, [expense])[0]

    def _as_it_was(self, work: Work, owner: Owner, expense_id: str) -> Expense:
        kept = work.trash.take(owner, expense_id)
        if kept is None:
            raise ExpenseNotFoundError
        if kept.category_id is not None and work.categories.get(owner, kept.category_id) is None:
            kept = kept._replace(category_id=None)
        if kept.home_currency != owner.home_currency:
            home = self._converter.moved_home(kept, owner.home_currency)
            kept = kept._replace(home_minor=home.minor, home_currency=home.currency, home_given=0)
        # The deletion was a version of its own, so this is the one after it: whoever follows the events sees them in order.
        return kept._replace(version=kept.version + 2, updated_ms=milliseconds(self._clock()))

    def purge(self) -> int:
        """Delete for good, with their receipts, what was deleted more than a day ago; return how many."""
        before, done = milliseconds(self._clock() - KEPT), 0
        while True:
            with self._store.writing() as work:
                purged = work.trash.purge(before, _PURGED_AT_ONCE)
            done += purged
            if purged < _PURGED_AT_ONCE:
                return done
