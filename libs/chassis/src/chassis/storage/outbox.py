"""The outbox: events stored in the transaction that they report."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Row, Table
from sqlalchemy.engine import Connection

from chassis.messaging.events import Event
from chassis.messaging.relay import ALONE, CONFIRM_SECONDS, LEASE_SECONDS
from chassis.runtime.clock import now_ms
from chassis.storage.database import ADDED_EVENTS, RELAY, Database
from chassis.storage.leases import Leases
from chassis.storage.prepared import Prepared

_LEASE_MS = int(LEASE_SECONDS * 1000)
_FRESH_MS = int(CONFIRM_SECONDS * 1000)
"""A lease that lasts this long covers the publishing; a shorter one is renewed first."""


@cache
def _insert(table: Table) -> Prepared:
    return Prepared(table.insert(), *table.c.keys())


def add_events(connection: Connection, table: Table, events: Sequence[Event]) -> None:
    """Store events within a transaction."""
    add_written_events(connection, table, [(event.id, event.to_json()) for event in events])


def add_written_events(connection: Connection, table: Table, events: Sequence[tuple[str, str]]) -> None:
    """Store events given as (id, JSON)."""
    if not events:
        return
    moment, relay = now_ms(), connection.info.get(RELAY)
    claim = {"claimed_by": relay, "claimed_until_ms": moment + _LEASE_MS if relay else 0}
    rows = [{"id": event_id, "body": body, "created_ms": moment, **claim} for event_id, body in events]
    _insert(table).run_many(connection, rows)
    connection.info[ADDED_EVENTS] = True


class SqlOutbox:
    """An outbox in a table, which several relays may share."""

    def __init__(self, database: Database, table: Table, *, owner: str, now: Callable[[], int] = now_ms) -> None:
        """`owner` names this relay; events it leased before a crash are its own again at once. ALONE needs no leases."""
        self._database, self._table, self._owner, self._now = database, table, owner, now
        self._leases = Leases(table, holder=owner, seconds=LEASE_SECONDS)
        columns = (table.c.id, table.c.body, table.c.claimed_by, table.c.claimed_until_ms)
        self._oldest = sa.select(*columns).order_by(table.c.id).limit(sa.bindparam("most"))
        self._free = self._oldest.where(self._leases.free)
        self._sent = table.delete().where(table.c.id.in_(sa.bindparam("ids", expanding=True)))

    def claim(self, limit: int) -> list[Event]:
        rows = self._unsent(limit) if self._owner == ALONE else self._claimed(limit)
        # The events were checked when they were made and are checked again when they are consumed.
        return [Event.from_trusted_json(row.body) for row in rows]

    def _unsent(self, limit: int) -> Sequence[Row[Any, Any, Any, Any]]:
        with self._database.read() as connection:
            return connection.execute(self._oldest, {"most": limit}).all()

    def _claimed(self, limit: int) -> Sequence[Row[Any, Any, Any, Any]]:
        moment = self._now()
        known = {"moment": moment, "most": limit}
        with self._database.read() as connection:
            rows = connection.execute(self._free, known).all()
        stale = [row.id for row in rows if row.claimed_by != self._owner or row.claimed_until_ms < moment + _FRESH_MS]
        if not stale:
            return rows
        held = self._database.run(lambda connection: self._leases.claim(connection, stale, moment))
        return [row for row in rows if row.id in held or row.id not in stale]

    def mark_sent(self, ids: Sequence[str]) -> None:
        self._database.run(lambda connection: connection.execute(self._sent, {"ids": list(ids)}))

    def oldest_seconds(self) -> float:
        """Return the age of the oldest unsent event, 0 if there is none."""
        with self._database.read() as connection:
            oldest = connection.execute(sa.select(sa.func.min(self._table.c.created_ms))).scalar()
        return 0.0 if oldest is None else max(0.0, (self._now() - oldest) / 1000)
