"""Units of work: one transaction of a service, in the same shape for every service with tables.

Rows, the events that tell of them, the note that a message was handled and the response kept under an Idempotency-Key are
committed together or not at all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any, Generic, TypeVar

from sqlalchemy.engine import Connection

from chassis.messaging.events import Event, MakeEvent
from chassis.runtime.idempotency import IdempotencyKey, StoredResponse
from chassis.storage.database import Database
from chassis.storage.due_jobs import DueJobs
from chassis.storage.idempotency import IdempotencyStore
from chassis.storage.inbox import Inbox
from chassis.storage.outbox import add_events
from chassis.storage.tables import ChassisTables

T = TypeVar("T")


class UnitOfWork:
    """One transaction. A service's own class adds its repositories."""

    def __init__(self, connection: Connection, *, tables: ChassisTables, make_event: MakeEvent) -> None:
        self.connection = connection
        self.caused_at: datetime | None = None
        """When the cause of what is published happened; None for now."""
        self.jobs = DueJobs(connection, tables.due_job)
        self._tables, self._make_event = tables, make_event
        self._events: list[Event] = []

    def mark_handled(self, event_id: str) -> bool:
        """Record that a message is handled in this transaction; False if it was handled before."""
        return Inbox(self.connection, self._tables.inbox).mark_handled(event_id)

    def idempotent(self, key: IdempotencyKey | None, action: Callable[[], StoredResponse]) -> StoredResponse:
        """Carry out an action once for this key; return the same response each time. Raises KeyReusedError."""
        return IdempotencyStore(self.connection, self._tables.replay).respond(key, action)

    def stored_response(self, key: IdempotencyKey | None) -> StoredResponse | None:
        """Return the response that is kept under this key, if there is one. Raises KeyReusedError."""
        return None if key is None else IdempotencyStore(self.connection, self._tables.replay).get(key)

    def publish(self, kind: str, subject: str, data: dict[str, Any]) -> None:
        """Publish an event once the transaction is committed."""
        self.publish_event(self._make_event(kind, subject, data, at=self.caused_at))

    def publish_event(self, event: Event) -> None:
        """Publish an event that was made already, once the transaction is committed."""
        self._events.append(event)

    def clean_up(self) -> None:
        """Delete old notes of handled messages and old responses; a service adds what else it keeps for a time only."""
        Inbox(self.connection, self._tables.inbox).forget_old()
        IdempotencyStore(self.connection, self._tables.replay).delete_old()

    def flush(self) -> None:
        """Write the events to the outbox; the store does it before it commits."""
        add_events(self.connection, self._tables.outbox, self._events)
        self._events = []


U = TypeVar("U", bound=UnitOfWork)


class SqlStore(Generic[U]):
    """The store of a service with tables."""

    def __init__(self, database: Database, make: Callable[[Connection], U]) -> None:
        """Begin units of work in this database, each made by `make` once its transaction has begun."""
        self._database, self._make = database, make

    @contextmanager
    def write(self) -> Iterator[U]:
        """Begin a unit of work that commits at the end and rolls back on an exception. Raises StoreUnavailableError."""
        with self._database.begin() as connection:
            unit = self._make(connection)
            yield unit
            unit.flush()

    @contextmanager
    def read(self) -> Iterator[U]:
        """Begin a unit of work that only reads, and sees one moment of the store. Raises StoreUnavailableError."""
        with self._database.read() as connection:
            yield self._make(connection)

    def run(self, action: Callable[[U], T]) -> T:
        """Carry out an action in a unit of work, and again if another transaction was in its way.

        The action must have no effect outside the unit of work. Raises StoreUnavailableError.
        """

        def act(connection: Connection) -> T:
            unit = self._make(connection)
            result = action(unit)
            unit.flush()
            return result

        return self._database.run(act)
