"""How people had their files read, in SQL."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from chassis.runtime.clock import now_ms
from expenses.imports.remembered import Remembered
from expenses.ports import Owner
from expenses.tables import import_mapping as t

_MOST = 100
"""Shapes of files that are remembered for each person; the one that was not used for longest goes first."""


class SqlMappings:
    """Remembered mappings within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def get(self, owner: Owner, shape: str) -> Remembered | None:
        """Return the correction of files of a shape."""
        query = sa.select(t).where(t.c.owner == owner.number, t.c.shape == shape)
        row = self._connection.execute(query).one_or_none()
        if row is None:
            return None
        return Remembered(
            shape=row.shape,
            mapping=row.mapping,
            signs=frozenset(row.signs.split()),
            import_id=row.import_id,
            corrected_ms=row.corrected_ms,
        )

    def put(self, owner: Owner, kept: Remembered) -> None:
        """Store a correction in the place of the one before."""
        self.remove(owner, kept.shape)
        row = {**vars(kept), "owner": owner.number, "signs": " ".join(sorted(kept.signs)), "used_ms": now_ms()}
        self._connection.execute(t.insert(), row)
        newest = sa.select(t.c.shape).where(t.c.owner == owner.number).order_by(t.c.used_ms.desc(), t.c.shape)
        for old in self._connection.execute(newest).scalars().all()[_MOST:]:
            self.remove(owner, old)

    def remove(self, owner: Owner, shape: str) -> None:
        """Forget a correction, if there is one."""
        self._connection.execute(t.delete().where(t.c.owner == owner.number, t.c.shape == shape))

    def forget(self, owner: Owner, import_id: str) -> None:
        """Forget the corrections that an import was the last to confirm."""
        self._connection.execute(t.delete().where(t.c.owner == owner.number, t.c.import_id == import_id))
