"""The inbox: which events were already handled."""

from __future__ import annotations

from functools import cache

import sqlalchemy as sa
from sqlalchemy import Table
from sqlalchemy.engine import Connection

from chassis.runtime.clock import now_ms
from chassis.storage.database import unless_raced
from chassis.storage.prepared import Prepared

_KEPT_MS = 30 * 24 * 3600 * 1000


@cache
def _seen(table: Table) -> Prepared:
    return Prepared(sa.select(table.c.event_id).where(table.c.event_id == sa.bindparam("event")))


@cache
def _note(table: Table) -> Prepared:
    return Prepared(table.insert(), "event_id", "received_ms")


class Inbox:
    """The inbox within one transaction."""

    def __init__(self, connection: Connection, table: Table) -> None:
        """An event counts as handled exactly if its effect is committed."""
        self._connection, self._table = connection, table

    def mark_handled(self, event_id: str) -> bool:
        """Record the event as handled; False if it was handled before."""
        if _seen(self._table).first(self._connection, event=event_id) is not None:
            return False
        with unless_raced():
            _note(self._table).run(self._connection, event_id=event_id, received_ms=now_ms())
        return True

    def forget_old(self) -> None:
        """Delete entries older than 30 days; no bus redelivers an event after that long."""
        self._connection.execute(self._table.delete().where(self._table.c.received_ms < now_ms() - _KEPT_MS))
