"""Transactions of the store."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

from sqlalchemy import event
from sqlalchemy.engine import Connection

from chassis.messaging.events import MakeEvent
from chassis.runtime.clock import now_ms
from chassis.runtime.idempotency import IdempotencyKey, StoredResponse
from chassis.storage.database import Database
from chassis.storage.idempotency import IdempotencyStore
from chassis.storage.inbox import Inbox
from chassis.storage.outbox import add_events
from expenses.books.store import SqlOwners
from expenses.categories.store import SqlCategories
from expenses.entries.event_text import changes_event
from expenses.entries.model import Change
from expenses.entries.store import SqlExpenses
from expenses.entries.trash_store import SqlTrash
from expenses.imports.remembered_store import SqlMappings
from expenses.imports.store import SqlImports
from expenses.jobs.model import ImportJobs
from expenses.jobs.store import SqlImportJobs, forget_ownerless
from expenses.ports import Categories, Expenses, Imports, Mappings, Owner, Owners, Repeat, Totals, Trashed, Work
from expenses.receipts.ports import Receipts
from expenses.receipts.store import SqlReceipts
from expenses.reports.store import SqlTotals
from expenses.tables import chassis, departed

T = TypeVar("T")
_DEPARTED_KEPT_MS = 60 * 24 * 3600 * 1000


class SqlWork:
    """One transaction."""

    def __init__(self, connection: Connection, make_event: MakeEvent) -> None:
        self._connection, self._make_event = connection, make_event
        self.owners: Owners = SqlOwners(connection)
        self.expenses: Expenses = SqlExpenses(connection)
        self.categories: Categories = SqlCategories(connection)
        self.imports: Imports = SqlImports(connection)
        self.jobs: ImportJobs = SqlImportJobs(connection, make_event)
        self.mappings: Mappings = SqlMappings(connection)
        self.totals: Totals = SqlTotals(connection)
        self.receipts: Receipts = SqlReceipts(connection)
        self.trash: Trashed = SqlTrash(connection)

    def once(self, user_id: str, repeat: Repeat, action: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        """Carry out the action, or return what it returned when the same request came before. Raises KeyReusedError."""
        kept = IdempotencyStore(self._connection, chassis.replay)
        return dict(kept.respond(_key(user_id, repeat), lambda: StoredResponse(action(), 201)).body)

    def answered(self, user_id: str, repeat: Repeat) -> dict[str, Any] | None:
        """Return what `once` returned when the same request came before. Raises KeyReusedError."""
        key = _key(user_id, repeat)
        kept = IdempotencyStore(self._connection, chassis.replay).get(key) if key else None
        return None if kept is None else dict(kept.body)

    def first_time(self, event_id: str) -> bool:
        """Note an event; False if it was noted before."""
        return Inbox(self._connection, chassis.inbox).first_time(event_id)

    def announce(self, kind: str, owner: Owner, data: dict[str, Any]) -> None:
        """Tell that something happened, if the transaction commits."""
        add_events(self._connection, chassis.outbox, [self._make_event(kind, owner.user_id, data)])

    def announce_changes(
        self, kind: str, owner: Owner, import_id: str | None, changes: Sequence[Change], more: Mapping[str, Any]
    ) -> None:
        """Tell of changes to expenses, if the transaction commits."""
        told = changes_event(self._make_event, kind, owner.user_id, import_id=import_id, changes=changes, more=more)
        add_events(self._connection, chassis.outbox, [told])


class SqlStore:
    """The store of expenses."""

    def __init__(self, database: Database, make_event: MakeEvent) -> None:
        self._database, self._make_event = database, make_event
        if database.engine.dialect.name == "sqlite":
            event.listen(database.engine, "connect", _teach_lower)

    @contextmanager
    def writing(self) -> Iterator[Work]:
        """Begin a transaction that commits at the end and rolls back on an exception."""
        with self._database.begin() as connection:
            yield SqlWork(connection, self._make_event)

    @contextmanager
    def reading(self) -> Iterator[Work]:
        """Begin a transaction that only reads."""
        with self._database.read() as connection:
            yield SqlWork(connection, self._make_event)

    def run(self, action: Callable[[Work], T]) -> T:
        """Run a writing transaction, and again if another one was in its way."""
        return self._database.run(lambda connection: action(SqlWork(connection, self._make_event)))

    def clean_up(self) -> None:
        """Forget notes of events and of requests that nobody will repeat any more."""
        with self._database.begin() as connection:
            Inbox(connection, chassis.inbox).forget_old()
            IdempotencyStore(connection, chassis.replay).delete_old()
            forget_ownerless(connection)
            connection.execute(departed.delete().where(departed.c.at_ms < now_ms() - _DEPARTED_KEPT_MS))


def _key(user_id: str, repeat: Repeat) -> IdempotencyKey | None:
    return IdempotencyKey(user_id, repeat.key, repeat.fingerprint) if repeat.key else None


def _teach_lower(connection: Any, _record: Any) -> None:
    """SQLite's own `lower` knows ASCII alone, and a search for CAFÉ has to find café."""
    connection.create_function("lower", 1, lambda text: None if text is None else text.lower(), deterministic=True)
