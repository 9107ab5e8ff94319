"""Transactions: one at a time for each owner."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime

from sqlalchemy.engine import Connection
from sqlalchemy.exc import IntegrityError

from budgets.adapters.sql.budgets import SqlBudgets
from budgets.adapters.sql.categories import SqlCategories
from budgets.adapters.sql.conversions import SqlConversions
from budgets.adapters.sql.crossings import SqlCrossings
from budgets.adapters.sql.imports import SqlImports, stale
from budgets.adapters.sql.ledger import SqlLedger
from budgets.adapters.sql.people import SqlPeople
from budgets.adapters.sql.statements import IS_KNOWN, TAKE_TURN
from budgets.adapters.sql.tables import chassis, ledger
from budgets.domain.errors import DepartedError
from budgets.domain.ports import Body
from chassis.messaging.events import Event, MakeEvent
from chassis.runtime.idempotency import IdempotencyKey, StoredResponse
from chassis.storage.database import Database, StoreBusyError
from chassis.storage.idempotency import IdempotencyStore
from chassis.storage.inbox import Inbox
from chassis.storage.outbox import add_events


class SqlView:
    """Implements domain.ports.View."""

    def __init__(self, connection: Connection) -> None:
        """Look at what this transaction sees."""
        self._connection = connection
        self.ledger = SqlLedger(connection)
        self.budgets = SqlBudgets(connection)
        self.crossings = SqlCrossings(connection)
        self.people = SqlPeople(connection)
        self.categories = SqlCategories(connection)
        self.conversions = SqlConversions(connection)
        self.imports = SqlImports(connection)


class SqlWork(SqlView):
    """Implements domain.ports.Work."""

    def __init__(self, connection: Connection, user_id: str, make_event: MakeEvent, caused_at: datetime | None) -> None:
        """Work in this transaction, which has the owner's row to itself."""
        super().__init__(connection)
        self._user_id, self._make_event, self._caused_at = user_id, make_event, caused_at
        self._events: list[Event] = []

    def first_time(self, event_id: str) -> bool:
        """Note that an event is being handled; False if it was before."""
        return Inbox(self._connection, chassis.inbox).first_time(event_id)

    def once(self, key: str | None, request: Body, action: Callable[[], Body]) -> Body:
        """Carry out an action, or return what it returned when this key came before."""
        kept = IdempotencyStore(self._connection, chassis.replay)
        idempotency_key = IdempotencyKey.of(self._user_id, key, "createBudget", request) if key else None
        result: Body = kept.respond(idempotency_key, lambda: StoredResponse(action(), 201)).body
        return result

    def announce(self, kind: str, subject: str, data: Body) -> None:
        """Tell everybody who listens, when the transaction has ended well."""
        self._events.append(self._make_event(kind, subject, data, at=self._caused_at))

    def finish(self) -> None:
        """Put what was announced into the outbox."""
        add_events(self._connection, chassis.outbox, self._events)


class SqlStore:
    """Implements domain.ports.Store."""

    def __init__(self, database: Database, make_event: MakeEvent) -> None:
        """Keep everything in this database; events are made by `make_event`."""
        self._database, self._make_event = database, make_event

    @contextmanager
    def read(self) -> Iterator[SqlView]:
        """Look at one moment."""
        with self._database.read() as connection:
            yield SqlView(connection)

    @contextmanager
    def write(self, user_id: str, *, caused_at: datetime | None = None) -> Iterator[SqlWork]:
        """Change things of one owner, all or nothing; what is announced happened at `caused_at`, or now. Raises DepartedError."""
        with self._database.begin() as connection:
            _take_turn(connection, user_id)
            work = SqlWork(connection, user_id, self._make_event, caused_at)
            yield work
            work.finish()

    def stale_imports(self, before: datetime) -> list[tuple[str, str]]:
        """Return (user id, import id) of imports of which nothing was heard since a moment."""
        with self._database.read() as connection:
            return stale(connection, before)

    def clean_up(self) -> None:
        """Forget handled events and answers that nobody will ask for again."""
        with self._database.begin() as connection:
            Inbox(connection, chassis.inbox).forget_old()
            IdempotencyStore(connection, chassis.replay).delete_old()


def _take_turn(connection: Connection, user_id: str) -> None:
    if _has_turn(connection, user_id):
        return
    # Somebody's first budget and the news that they signed up may come at one moment: who is second waits for their turn.
    with suppress(IntegrityError):
        connection.execute(ledger.insert(), {"user_id": user_id, "revision": 1, "departed": 0})
        return
    if not _has_turn(connection, user_id):
        raise StoreBusyError


def _has_turn(connection: Connection, user_id: str) -> bool:
    """Take the turn of one who is known; raises DepartedError."""
    if connection.execute(TAKE_TURN, {"of_user": user_id}).rowcount:
        return True
    if connection.execute(IS_KNOWN, {"of_user": user_id}).first() is not None:
        raise DepartedError
    return False
