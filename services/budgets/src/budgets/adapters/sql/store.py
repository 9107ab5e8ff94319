"""Transactions: one at a time for each owner."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlalchemy.exc import IntegrityError

from budgets.adapters.sql.budgets import SqlBudgets
from budgets.adapters.sql.crossings import SqlCrossings
from budgets.adapters.sql.ledger import SqlLedger
from budgets.adapters.sql.people import SqlPeople
from budgets.adapters.sql.tables import chassis, ledger
from budgets.domain.errors import DepartedError
from budgets.domain.ports import Body
from chassis.events import MakeEvent
from chassis.sql import Database, Inbox, Replays, StoreUnavailableError, add_events
from chassis.sql.replays import fingerprint_of


class SqlView:
    """Implements domain.ports.View."""

    def __init__(self, connection: Connection) -> None:
        """Look at what this transaction sees."""
        self._connection = connection
        self.ledger = SqlLedger(connection)
        self.budgets = SqlBudgets(connection)
        self.crossings = SqlCrossings(connection)
        self.people = SqlPeople(connection)


class SqlWork(SqlView):
    """Implements domain.ports.Work."""

    def __init__(self, connection: Connection, user_id: str, make_event: MakeEvent) -> None:
        """Work in this transaction, which has the owner's row to itself."""
        super().__init__(connection)
        self._user_id, self._make_event = user_id, make_event

    def first_time(self, event_id: str) -> bool:
        """Note that an event is being handled; False if it was before."""
        return Inbox(self._connection, chassis.inbox).first_time(event_id)

    def once(self, key: str | None, request: Body, action: Callable[[], Body]) -> Body:
        """Carry out an action, or return what it returned when this key came before."""
        replays = Replays(self._connection, chassis.replay)
        fingerprint = fingerprint_of("createBudget", request)
        body, _status, _headers = replays.once(self._user_id, key, fingerprint, lambda: (action(), 201, {}))
        result: Body = body
        return result

    def announce(self, kind: str, subject: str, data: Body) -> None:
        """Tell everybody who listens, if and when the transaction ends well."""
        add_events(self._connection, chassis.outbox, [self._make_event(kind, subject, data)])


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
    def write(self, user_id: str) -> Iterator[SqlWork]:
        """Change things of one owner, all or nothing. Raises DepartedError."""
        with self._database.begin() as connection:
            _take_turn(connection, user_id)
            yield SqlWork(connection, user_id, self._make_event)

    def tidy(self) -> None:
        """Forget handled events and answers that nobody will ask for again."""
        with self._database.begin() as connection:
            Inbox(connection, chassis.inbox).forget_old()
            Replays(connection, chassis.replay).forget_old()


def _take_turn(connection: Connection, user_id: str) -> None:
    mine = ledger.c.user_id == user_id
    counted = connection.execute(ledger.update().where(mine, ledger.c.departed == 0).values(revision=ledger.c.revision + 1))
    if counted.rowcount:
        return
    if connection.execute(sa.select(ledger.c.departed).where(mine)).first() is not None:
        raise DepartedError
    try:
        connection.execute(ledger.insert(), {"user_id": user_id, "revision": 1, "departed": 0})
    except IntegrityError as error:  # another process has just met the same owner; after a moment its row is there
        raise StoreUnavailableError from error
