"""What happens to expenses when their owner moves or leaves."""

from __future__ import annotations

import dataclasses
from contextlib import suppress
from typing import TYPE_CHECKING

from expenses.domain.booking import batches_of, book
from expenses.domain.errors import DepartedError
from expenses.domain.expense import Change, Expense, moved
from expenses.domain.ports import Filter, Who

if TYPE_CHECKING:
    from expenses.domain.conversion import Converter
    from expenses.domain.ports import Clock, Owner, Store, Work
    from expenses.domain.receipt_ports import ReceiptFiles

_NO_CURRENCY = "XXX"
"""What ISO 4217 calls none."""


class People:
    """Follows what auth tells of users."""

    def __init__(self, store: Store, files: ReceiptFiles, converter: Converter, clock: Clock) -> None:
        self._store, self._files, self._converter, self._clock = store, files, converter, clock

    def changed(self, event_id: str, user_id: str, home_currency: str, version: int) -> None:
        """Convert every expense if the home currency is another one now; news that come late change nothing."""
        with suppress(DepartedError), self._store.writing() as work:
            if not work.first_time(event_id):
                return
            owner = work.owners.hold(Who(user_id, home_currency))
            if version <= owner.version:
                return
            moved_owner = dataclasses.replace(owner, home_currency=home_currency, version=version)
            work.owners.change(moved_owner)
            if home_currency != owner.home_currency:
                self._convert_all(work, moved_owner)

    def _convert_all(self, work: Work, owner: Owner) -> None:
        for batch in batches_of(work, owner, Filter()):
            book(work, owner, [Change(expense, self._converted(expense, owner.home_currency)) for expense in batch])

    def _converted(self, expense: Expense, home_currency: str) -> Expense:
        home = self._converter.moved_home(expense, home_currency)
        return moved(expense, self._clock(), home_minor=home.minor, home_currency=home.currency, home_given=0)

    def deleted(self, event_id: str, user_id: str) -> None:
        """Delete every row and every file of a user; if the files cannot be reached, the event comes again."""
        with suppress(DepartedError), self._store.writing() as work:
            if not work.first_time(event_id):
                return
            # Held even if nothing is known of them: whoever is writing their first row has to end before, or will find the note.
            owner = work.owners.hold(Who(user_id, _NO_CURRENCY))
            work.receipts.forget(owner)
            work.owners.forget(owner)
            self._files.remove_all(user_id)
