"""Which events were handled already."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from chassis.sql.outbox import now_ms

if TYPE_CHECKING:
    from sqlalchemy import Table
    from sqlalchemy.engine import Connection

_KEPT_MS = 30 * 24 * 3600 * 1000


class Inbox:
    """The inbox within one transaction."""

    def __init__(self, connection: Connection, table: Table) -> None:
        """Work in this transaction: the note that an event was handled is kept exactly if its effect is."""
        self._connection, self._table = connection, table

    def first_time(self, event_id: str) -> bool:
        """Note the event; False if it had been handled before."""
        seen = sa.select(self._table.c.event_id).where(self._table.c.event_id == event_id)
        if self._connection.execute(seen).first() is not None:
            return False
        self._connection.execute(self._table.insert(), {"event_id": event_id, "received_ms": now_ms()})
        return True

    def forget_old(self) -> None:
        """Delete notes of more than 30 days; no bus delivers an event again after so long."""
        self._connection.execute(self._table.delete().where(self._table.c.received_ms < now_ms() - _KEPT_MS))
