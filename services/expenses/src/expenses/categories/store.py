"""Rows of categories."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from chassis.storage.database import unless_raced
from chassis.storage.prepared import Prepared
from expenses.books.model import Book
from expenses.categories.model import Category
from expenses.tables import category

_COLUMNS = (category.c.id, category.c.name, category.c.colour, category.c.version, category.c.author)

_GET = Prepared(sa.select(*_COLUMNS).where(category.c.owner == sa.bindparam("of_owner"), category.c.id == sa.bindparam("of_id")))


class CategoryRepository:
    """Categories within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def all(self, book: Book) -> list[Category]:
        """Return them by name."""
        query = sa.select(*_COLUMNS).where(category.c.owner == book.number).order_by(category.c.name_key)
        return [Category(*row) for row in self._connection.execute(query)]

    def get(self, book: Book, category_id: str) -> Category | None:
        row = _GET.first(self._connection, of_owner=book.number, of_id=category_id)
        return None if row is None else Category(*row)

    def add(self, book: Book, made: Category) -> None:
        with unless_raced():
            self._connection.execute(category.insert(), {"id": made.id, "owner": book.number, "announced": 1, **_values(made)})

    def replace(self, book: Book, changed: Category) -> None:
        where = category.c.owner == book.number, category.c.id == changed.id
        self._connection.execute(category.update().where(*where).values(_values(changed)))

    def remove(self, book: Book, gone: Category) -> None:
        self._connection.execute(category.delete().where(category.c.owner == book.number, category.c.id == gone.id))


def _values(made: Category) -> dict[str, Any]:
    return {"name": made.name, "name_key": made.key, "colour": made.colour, "version": made.version, "author": made.author}
