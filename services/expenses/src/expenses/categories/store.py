"""Categories in SQL."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from chassis.storage.database import unless_raced
from chassis.storage.prepared import Prepared
from expenses.categories.model import Category
from expenses.ports import Owner
from expenses.tables import category

_COLUMNS = (category.c.id, category.c.name, category.c.colour, category.c.version)

_GET = Prepared(sa.select(*_COLUMNS).where(category.c.owner == sa.bindparam("of_owner"), category.c.id == sa.bindparam("of_id")))


class SqlCategories:
    """Categories within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def all(self, owner: Owner) -> list[Category]:
        """Return them by name."""
        query = sa.select(*_COLUMNS).where(category.c.owner == owner.number).order_by(category.c.name_key)
        return [Category(*row) for row in self._connection.execute(query)]

    def get(self, owner: Owner, category_id: str) -> Category | None:
        """Return one."""
        row = _GET.first(self._connection, of_owner=owner.number, of_id=category_id)
        return None if row is None else Category(*row)

    def add(self, owner: Owner, made: Category) -> None:
        """Insert."""
        with unless_raced():
            self._connection.execute(category.insert(), {"id": made.id, "owner": owner.number, "announced": 1, **_values(made)})

    def replace(self, owner: Owner, changed: Category) -> None:
        """Overwrite."""
        where = category.c.owner == owner.number, category.c.id == changed.id
        self._connection.execute(category.update().where(*where).values(_values(changed)))

    def remove(self, owner: Owner, gone: Category) -> None:
        """Delete."""
        self._connection.execute(category.delete().where(category.c.owner == owner.number, category.c.id == gone.id))


def _values(made: Category) -> dict[str, Any]:
    return {"name": made.name, "name_key": made.key, "colour": made.colour, "version": made.version}
