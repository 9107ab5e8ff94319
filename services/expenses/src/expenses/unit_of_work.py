"""One transaction of this service, with a repository for each kind of row."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import Connection

from chassis.messaging.events import MakeEvent
from chassis.runtime.clock import now_ms
from chassis.storage.database import Database
from chassis.storage.unit_of_work import SqlStore, UnitOfWork
from expenses.books.model import Book
from expenses.books.store import BookRepository
from expenses.categories.store import CategoryRepository
from expenses.entries.events import changes_data
from expenses.entries.model import Change
from expenses.entries.store import ExpenseRepository
from expenses.entries.trash_store import TrashRepository
from expenses.imports.held_events import HeldEventRepository
from expenses.imports.remembered_store import RememberedMappingRepository
from expenses.imports.store import ImportRepository
from expenses.receipts.store import ReceiptRepository
from expenses.tables import chassis, departed
from expenses.tasks.store import TaskRepository, delete_ownerless
from expenses.totals.store import TotalRepository

_DEPARTED_KEPT_MS = 60 * 24 * 3600 * 1000


class ExpensesUnitOfWork(UnitOfWork):
    """One transaction."""

    def __init__(self, connection: Connection, *, make_event: MakeEvent) -> None:
        super().__init__(connection, tables=chassis, make_event=make_event)
        self.books = BookRepository(connection)
        self.expenses = ExpenseRepository(connection)
        self.trash = TrashRepository(connection)
        self.totals = TotalRepository(connection)
        self.categories = CategoryRepository(connection)
        self.imports = ImportRepository(connection)
        self.tasks = TaskRepository(connection)
        self.held_events = HeldEventRepository(connection)
        self.mappings = RememberedMappingRepository(connection)
        self.receipts = ReceiptRepository(connection)

    def publish_changes(self, kind: str, book: Book, import_id: str | None, changes: Sequence[Change], **more: Any) -> None:
        """Publish changes to expenses; `more` are further members of the event's data."""
        self.publish(kind, book.id, changes_data(book, import_id, changes, more))

    def hold_changes(self, kind: str, book: Book, import_id: str | None, changes: Sequence[Change]) -> None:
        """Keep an event about changes until the import that made them is done, or is reverted."""
        self.held_events.add(book, self._make_event(kind, book.id, changes_data(book, import_id, changes, {})))

    def clean_up(self) -> None:
        """Delete old records of events and requests, and of people who left long ago."""
        super().clean_up()
        delete_ownerless(self.connection)
        self.connection.execute(departed.delete().where(departed.c.at_ms < now_ms() - _DEPARTED_KEPT_MS))


class ExpensesStore(SqlStore[ExpensesUnitOfWork]):
    """The store of expenses."""

    def __init__(self, database: Database, make_event: MakeEvent) -> None:
        super().__init__(database, partial(ExpensesUnitOfWork, make_event=make_event))
        if database.engine.dialect.name == "sqlite":
            event.listen(database.engine, "connect", _teach_lower)


def _teach_lower(connection: Any, _record: Any) -> None:
    """SQLite's own `lower` knows ASCII alone, and a search for CAFÉ has to find café."""
    connection.create_function("lower", 1, lambda text: None if text is None else text.lower(), deterministic=True)
