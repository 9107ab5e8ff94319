"""What is known of categories, in SQL."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from budgets.adapters.sql.tables import category, ledger
from budgets.domain.category import Category

_AT_ONCE = 500
"""Most values in one IN list."""


class SqlCategories:
    """Implements domain.ports.Categories within one transaction."""

    def __init__(self, connection: Connection) -> None:
        """Work in this transaction."""
        self._execute = connection.execute

    def of(self, user_id: str, category_ids: Collection[str]) -> dict[str, Category]:
        """Return what is known of some of somebody's categories, by id."""
        ids, found = sorted(set(category_ids)), {}
        for start in range(0, len(ids), _AT_ONCE):
            wanted = category.c.user_id == user_id, category.c.id.in_(ids[start : start + _AT_ONCE])
            for row in self._execute(sa.select(category).where(*wanted)):
                found[row.id] = Category(row.id, row.version, bool(row.removed), row.moved_to)
        return found

    def foreign(self, user_id: str, category_ids: Collection[str]) -> set[str]:
        """Return those of some ids that are categories of somebody else."""
        wanted = category.c.id.in_(sorted(category_ids)), category.c.user_id != user_id
        return set(self._execute(sa.select(category.c.id).where(*wanted)).scalars())

    def keep(self, user_id: str, categories: Sequence[Category]) -> None:
        """Store what some categories are now, unless a newer version is known."""
        known = self.of(user_id, [heard.id for heard in categories])
        for heard in categories:
            values = {"version": heard.version, "removed": int(heard.removed), "moved_to": heard.moved_to}
            if heard.id not in known:
                self._execute(category.insert(), {"user_id": user_id, "id": heard.id, **values})
            elif heard.version > known[heard.id].version:
                mine = category.c.user_id == user_id, category.c.id == heard.id
                self._execute(category.update().where(*mine).values(values))

    def complete(self, user_id: str) -> bool:
        """Say whether all categories of somebody are known."""
        return bool(self._execute(sa.select(ledger.c.categories_known).where(ledger.c.user_id == user_id)).scalar())

    def note_complete(self, user_id: str) -> None:
        """Note that all categories of somebody are known."""
        self._execute(ledger.update().where(ledger.c.user_id == user_id).values(categories_known=1))
