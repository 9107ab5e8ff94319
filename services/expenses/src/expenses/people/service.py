"""What happens to a book when its owner signs up, changes the home currency or leaves."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import datetime

from expenses.categories.events import publish_all
from expenses.errors import BookBusyError, DepartedError
from expenses.home_currency.conversion import HomeCurrencyChange, are_many, is_converting
from expenses.receipts.files import ReceiptFiles
from expenses.tasks.model import Conversion, Task, TaskState
from expenses.tasks.service import TaskRunner
from expenses.unit_of_work import ExpensesStore, ExpensesUnitOfWork

_NO_CURRENCY = "XXX"
"""What ISO 4217 calls none."""


class PeopleService:
    """Follows what auth publishes about people."""

    def __init__(self, store: ExpensesStore, files: ReceiptFiles, tasks: TaskRunner, change: HomeCurrencyChange) -> None:
        self._store, self._files, self._tasks, self._change = store, files, tasks, change

    def registered(self, event_id: str, book_id: str, home_currency: str) -> None:
        """Make a book for a new person, and publish that it has no category, or those that the person was quick to make."""
        with suppress(DepartedError), self._store.write() as uow:
            if uow.mark_handled(event_id):
                publish_all(uow, uow.books.lock_or_create(book_id, home_currency))

    def changed(self, event_id: str, book_id: str, home_currency: str, version: int, at: datetime) -> None:
        """Convert every expense if the home currency is another one now; `at` is when it was changed. A late event changes nothing.

        Raises:
            BookBusyError: if an import of many expenses is running; the event has to come again.
        """
        day = at.date().isoformat()
        with suppress(DepartedError):
            # Also what an earlier delivery of this event or an earlier change has begun.
            self._tasks.finish(book_id)
            self._store.run(lambda uow: self._begin(uow, event_id, book_id, home_currency, version=version, day=day))
            self._tasks.finish(book_id)

    def _begin(self, uow: ExpensesUnitOfWork, event_id: str, book_id: str, home_currency: str, *, version: int, day: str) -> None:
        if not uow.mark_handled(event_id):
            return
        book = uow.books.lock_or_create(book_id, home_currency)
        if version <= book.version:
            return
        uow.books.change(replace(book, home_currency=home_currency, version=version))
        if home_currency == book.home_currency:
            return
        wanted = Conversion(book.home_currency, home_currency, version, day)
        if not are_many(uow, book) and not is_converting(uow, book):
            self._change.convert_some(uow, book, wanted)
            return
        if not self._change.begin(uow, book, Task(event_id, TaskState.CONVERTING, conversion=wanted)):
            raise BookBusyError

    def deleted(self, event_id: str, book_id: str) -> None:
        """Delete every row and every file of a book; if the files cannot be reached, the event comes again."""
        with suppress(DepartedError), self._store.write() as uow:
            if not uow.mark_handled(event_id):
                return
            # Locked even if there is no book: a transaction that writes its first row ends before, or will find the record of this.
            book = uow.books.lock_or_create(book_id, _NO_CURRENCY)
            uow.receipts.forget(book)
            uow.books.erase(book)
            self._files.remove_all(book_id)
