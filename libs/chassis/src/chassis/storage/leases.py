"""Leases: how several processes share the rows of a table, each row worked on by one of them at a time.

A leased row names its holder (`claimed_by`) and until when it holds it (`claimed_until_ms`); a process that dies leaves its rows
to the others when that time is over. This needs nothing that SQLite, MySQL and Db2 do not all have, so no SKIP LOCKED.
"""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy import Table
from sqlalchemy.engine import Connection


class Leases:
    """The leases of one holder on the rows of a table with the columns id, claimed_by and claimed_until_ms."""

    def __init__(self, table: Table, *, holder: str, seconds: float) -> None:
        """`holder` is a name that no other process has; what it held before it crashed is its own again at once."""
        self._length_ms = int(seconds * 1000)
        row, these = table.c, table.c.id.in_(sa.bindparam("ids", expanding=True))
        self.free = sa.or_(row.claimed_until_ms < sa.bindparam("moment"), row.claimed_by == holder)
        """The condition on rows that nobody else holds at `moment`, a bound parameter in milliseconds."""
        # Composed once: composing a statement costs more than running it.
        self._claim = table.update().where(these, self.free).values(claimed_by=holder, claimed_until_ms=sa.bindparam("until"))
        self._held = sa.select(row.id).where(these, row.claimed_by == holder)

    def claim(self, connection: Connection, ids: Sequence[str], moment: int) -> set[str]:
        """Lease those of some rows that are free at `moment` (milliseconds), or renew them; return the ids of the rows held."""
        connection.execute(self._claim, {"ids": ids, "moment": moment, "until": moment + self._length_ms})
        return set(connection.execute(self._held, {"ids": ids}).scalars())
