"""The owners in SQL."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from budgets.adapters.sql.statements import TIME_ZONE
from budgets.adapters.sql.tables import OF_ONE_OWNER, ledger, person
from budgets.domain.ports import Owner


class SqlPeople:
    """Implements domain.ports.People within one transaction."""

    def __init__(self, connection: Connection) -> None:
        """Work in this transaction."""
        self._connection = connection

    def time_zone(self, user_id: str) -> str:
        """Return where somebody's days begin; UTC as long as it is not known."""
        zone = self._connection.execute(TIME_ZONE, {"of_user": user_id}).scalar()
        return zone or "UTC"

    def meet(self, owner: Owner) -> None:
        """Remember an owner of whom nothing is known yet."""
        if self._version(owner.user_id) is None:
            self._connection.execute(person.insert(), {"user_id": owner.user_id, "time_zone": owner.time_zone, "version": 0})

    def update(self, user_id: str, *, time_zone: str, version: int) -> None:
        """Remember what somebody is like in this version, unless a newer one is known."""
        known = self._version(user_id)
        row = {"user_id": user_id, "time_zone": time_zone, "version": version}
        if known is None:
            self._connection.execute(person.insert(), row)
        elif version > known:
            self._connection.execute(person.update().where(person.c.user_id == user_id).values(row))

    def forget(self, user_id: str) -> None:
        """Delete all rows of somebody, and remember that nothing more may be kept."""
        for table in OF_ONE_OWNER:
            self._connection.execute(table.delete().where(table.c.user_id == user_id))
        self._connection.execute(ledger.update().where(ledger.c.user_id == user_id).values(departed=1))

    def _version(self, user_id: str) -> int | None:
        return self._connection.execute(sa.select(person.c.version).where(person.c.user_id == user_id)).scalar()
