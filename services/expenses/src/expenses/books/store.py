"""The people whose rows these are."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from chassis.runtime.clock import now_ms
from chassis.storage.database import unless_raced
from chassis.storage.prepared import Prepared
from expenses.errors import DepartedError
from expenses.ports import Owner, Who
from expenses.tables import (
    category,
    chassis,
    departed,
    expense,
    held_event,
    import_job,
    import_mapping,
    import_run,
    person,
    total,
    trashed_expense,
)

_DAY_MS = 24 * 3600 * 1000
_FOUND = sa.select(person.c.number, person.c.user_id, person.c.home_currency, person.c.version).where(
    person.c.user_id == sa.bindparam("of_user")
)
_DEPARTED = sa.select(departed.c.user_id).where(departed.c.user_id == sa.bindparam("of_user"))
_FIND, _HOLD = Prepared(_FOUND), Prepared(_FOUND.with_for_update())


class SqlOwners:
    """Owners within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def hold(self, who: Who) -> Owner:
        """Return who asks; the lock on their row makes writers of one person wait for each other."""
        found = self._select(who.user_id, lock=True)
        if found is not None:
            return found
        row = {"user_id": who.user_id, "home_currency": who.home_currency, "version": 0}
        with unless_raced():
            key = self._connection.execute(person.insert(), row).inserted_primary_key
        # Looked at after the insert, which has waited for whoever was erasing this person at the same moment.
        if self._connection.execute(_DEPARTED, {"of_user": who.user_id}).first() is not None:
            raise DepartedError
        return Owner(key[0] if key else 0, who.user_id, who.home_currency)

    def find(self, user_id: str) -> Owner | None:
        """Return the owner, None if nothing was ever written for them."""
        return self._select(user_id, lock=False)

    def find_locked(self, user_id: str) -> Owner | None:
        """Return the owner and lock their row."""
        return self._select(user_id, lock=True)

    def unannounced(self, limit: int) -> list[str]:
        """Return some owners with categories that were not announced, or of whom nothing was announced yet."""
        made_by_older_code = sa.select(category.c.owner).where(category.c.announced == 0)
        nothing, something = person.c.categories_announced == 0, person.c.number.in_(made_by_older_code)
        # Two statements, each of which reads an index: no store uses both indexes for an OR.
        found = [sa.select(person.c.user_id).where(condition).limit(limit) for condition in (nothing, something)]
        return list(dict.fromkeys(user_id for query in found for user_id in self._connection.execute(query).scalars()))

    def note_announced(self, owner: Owner) -> None:
        """Note that all categories of an owner are announced."""
        self._connection.execute(
            category.update().where(category.c.owner == owner.number, category.c.announced == 0).values(announced=1)
        )
        self._connection.execute(person.update().where(person.c.number == owner.number).values(categories_announced=1))

    def change(self, owner: Owner) -> None:
        """Keep another home currency and version."""
        values = {"home_currency": owner.home_currency, "version": owner.version}
        self._connection.execute(person.update().where(person.c.number == owner.number).values(values))

    def forget(self, owner: Owner) -> None:
        """Delete every row of theirs, and note that they left."""
        self._connection.execute(departed.insert(), {"user_id": owner.user_id, "at_ms": now_ms()})
        for table in (expense, trashed_expense, category, import_run, import_job, held_event, import_mapping, total):
            self._connection.execute(table.delete().where(table.c.owner == owner.number))
        self._connection.execute(chassis.replay.delete().where(chassis.replay.c.user_id == owner.user_id))
        self._connection.execute(person.delete().where(person.c.number == owner.number))

    def departed_lately(self) -> list[str]:
        """Return who left within the last day."""
        lately = sa.select(departed.c.user_id).where(departed.c.at_ms >= now_ms() - _DAY_MS)
        return list(self._connection.execute(lately).scalars())

    def _select(self, user_id: str, *, lock: bool) -> Owner | None:
        row = (_HOLD if lock else _FIND).first(self._connection, of_user=user_id)
        return None if row is None else Owner(*row)
