"""Events that are stored in the transaction that they tell of."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import sqlalchemy as sa

from chassis.events import Event
from chassis.sql.database import ADDED_EVENTS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sqlalchemy import Table
    from sqlalchemy.engine import Connection

    from chassis.sql.database import Database

_LEASE_MS = 30_000


def now_ms() -> int:
    """Return the machine's time; leases and ages are about machines, not about the user's day."""
    return int(time.time() * 1000)


def add_events(connection: Connection, table: Table, events: Sequence[Event]) -> None:
    """Store events within a transaction."""
    if not events:
        return
    moment = now_ms()
    rows = [{"id": e.id, "body": e.to_json(), "created_ms": moment, "claimed_by": None, "claimed_until_ms": 0} for e in events]
    connection.execute(table.insert(), rows)
    connection.info[ADDED_EVENTS] = True


class SqlOutbox:
    """An outbox in a table. Rows are claimed for 30 seconds in a way that SQLite, MySQL and Db2 all have: no SKIP LOCKED."""

    def __init__(self, database: Database, table: Table, *, owner: str, now: Callable[[], int] = now_ms) -> None:
        """`owner` names this relay: what it claimed before it crashed is its own again at once."""
        self._database, self._table, self._owner, self._now = database, table, owner, now

    def claim(self, limit: int) -> list[Event]:
        """Return unsent events, oldest first, which no other relay gets for the next 30 seconds."""
        table, moment = self._table, self._now()
        free = sa.or_(table.c.claimed_until_ms < moment, table.c.claimed_by == self._owner)
        query = sa.select(table.c.id, table.c.body).where(free).order_by(table.c.id).limit(limit)
        with self._database.read() as connection:
            if connection.execute(query.limit(1)).first() is None:
                return []
        with self._database.begin() as connection:
            rows = connection.execute(query).all()
            ids = [row.id for row in rows]
            lease = {"claimed_by": self._owner, "claimed_until_ms": moment + _LEASE_MS}
            connection.execute(table.update().where(table.c.id.in_(ids), free).values(lease))
            mine = set(
                connection.execute(sa.select(table.c.id).where(table.c.id.in_(ids), table.c.claimed_by == self._owner)).scalars()
            )
        # The events were checked when they were made and are checked again when they are consumed.
        return [Event.from_trusted_json(row.body) for row in rows if row.id in mine]

    def mark_sent(self, ids: Sequence[str]) -> None:
        """Delete events that the bus has taken."""
        with self._database.begin() as connection:
            connection.execute(self._table.delete().where(self._table.c.id.in_(list(ids))))

    def oldest_seconds(self) -> float:
        """Return the age of the oldest unsent event, 0 if there is none."""
        with self._database.read() as connection:
            oldest = connection.execute(sa.select(sa.func.min(self._table.c.created_ms))).scalar()
        return 0.0 if oldest is None else max(0.0, (self._now() - oldest) / 1000)
