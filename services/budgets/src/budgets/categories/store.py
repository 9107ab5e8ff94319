"""The rows of categories."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from budgets.categories.model import Category
from budgets.tables import category, ledger

_AT_ONCE = 500
"""Most values in one IN list."""


class CategoryRepository:
    """The categories within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._execute = connection.execute

    def of(self, book_id: str, category_ids: Collection[str]) -> dict[str, Category]:
        """Return what is known of some categories of a book, by id; deleted ones too."""
        ids, found = sorted(set(category_ids)), {}
        for start in range(0, len(ids), _AT_ONCE):
            wanted = category.c.user_id == book_id, category.c.id.in_(ids[start : start + _AT_ONCE])
            for row in self._execute(sa.select(category).where(*wanted)):
                found[row.id] = Category(row.id, row.version, bool(row.removed), row.moved_to)
        return found

    def with_successors(self, book_id: str, category_ids: Collection[str]) -> dict[str, Category]:
        """Return what is known of some categories of a book and of those that took their place, by id."""
        found: dict[str, Category] = {}
        asked, unseen = set[str](), set(category_ids)
        while unseen:
            found |= self.of(book_id, unseen)
            asked |= unseen
            unseen = {category.successor for category in found.values() if category.successor} - asked
        return found

    def foreign(self, book_id: str, category_ids: Collection[str]) -> set[str]:
        """Return those of some ids that are categories of another book."""
        wanted = category.c.id.in_(sorted(category_ids)), category.c.user_id != book_id
        return set(self._execute(sa.select(category.c.id).where(*wanted)).scalars())

    def save(self, book_id: str, categories: Sequence[Category]) -> None:
        """Store the state of some categories, unless a newer version is known."""
        known = self.of(book_id, [category.id for category in categories])
        for new in categories:
            values = {"version": new.version, "removed": int(new.removed), "moved_to": new.moved_to}
            if new.id not in known:
                self._execute(category.insert(), {"user_id": book_id, "id": new.id, **values})
            elif new.version > known[new.id].version:
                self._execute(category.update().where(category.c.user_id == book_id, category.c.id == new.id).values(values))

    def complete(self, book_id: str) -> bool:
        return bool(self._execute(sa.select(ledger.c.categories_known).where(ledger.c.user_id == book_id)).scalar())

    def mark_complete(self, book_id: str) -> None:
        self._execute(ledger.update().where(ledger.c.user_id == book_id).values(categories_known=1))
