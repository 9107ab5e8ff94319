"""Rows of books."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from chassis.runtime.clock import now_ms
from chassis.security.tokens import Caller
from chassis.storage.database import unless_raced
from chassis.storage.prepared import Prepared
from expenses.books.model import Book
from expenses.errors import DepartedError
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
    person.c.user_id == sa.bindparam("of_book")
)
_DEPARTED = sa.select(departed.c.user_id).where(departed.c.user_id == sa.bindparam("of_book"))
_FIND, _LOCK = Prepared(_FOUND), Prepared(_FOUND.with_for_update())


class BookRepository:
    """Books within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def lock(self, caller: Caller) -> Book:
        """Get or create the caller's book and lock it until the transaction ends; raises DepartedError."""
        return self.lock_or_create(caller.book_id, caller.home_currency, author=caller.author)

    def lock_or_create(self, book_id: str, home_currency: str, *, author: str | None = None) -> Book:
        """Get or create a book, for `author` to write in, and lock it until the transaction ends.

        Raises:
            DepartedError: if the account was deleted.
        """
        found = self._select(book_id, author, lock=True)
        if found is not None:
            return found
        row = {"user_id": book_id, "home_currency": home_currency, "version": 0}
        with unless_raced():
            key = self._connection.execute(person.insert(), row).inserted_primary_key
        # After the insert, which has waited for a transaction that was erasing the same book.
        if self._connection.execute(_DEPARTED, {"of_book": book_id}).first() is not None:
            raise DepartedError
        return Book(key[0] if key else 0, book_id, home_currency, author=author)

    def find(self, book_id: str) -> Book | None:
        """Return a book; None if nothing was ever written into it."""
        return self._select(book_id, lock=False)

    def lock_existing(self, book_id: str) -> Book | None:
        """Return a book as `find` does, and lock it until the transaction ends."""
        return self._select(book_id, lock=True)

    def unpublished(self, limit: int) -> list[str]:
        """Return some books with categories, or no category at all, of which no event was published yet."""
        made_by_older_code = sa.select(category.c.owner).where(category.c.announced == 0)
        nothing, something = person.c.categories_announced == 0, person.c.number.in_(made_by_older_code)
        # Two statements, each of which reads an index: no store uses both indexes for an OR.
        found = [sa.select(person.c.user_id).where(condition).limit(limit) for condition in (nothing, something)]
        return list(dict.fromkeys(book_id for query in found for book_id in self._connection.execute(query).scalars()))

    def mark_published(self, book: Book) -> None:
        """Record that events of all categories of a book were published."""
        self._connection.execute(
            category.update().where(category.c.owner == book.number, category.c.announced == 0).values(announced=1)
        )
        self._connection.execute(person.update().where(person.c.number == book.number).values(categories_announced=1))

    def change(self, book: Book) -> None:
        """Keep another home currency and version."""
        values = {"home_currency": book.home_currency, "version": book.version}
        self._connection.execute(person.update().where(person.c.number == book.number).values(values))

    def erase(self, book: Book) -> None:
        """Delete every row of a book, and record that its owner left."""
        self._connection.execute(departed.insert(), {"user_id": book.id, "at_ms": now_ms()})
        for table in (expense, trashed_expense, category, import_run, import_job, held_event, import_mapping, total):
            self._connection.execute(table.delete().where(table.c.owner == book.number))
        self._connection.execute(chassis.replay.delete().where(chassis.replay.c.user_id == book.id))
        self._connection.execute(person.delete().where(person.c.number == book.number))

    def recently_erased(self) -> list[str]:
        """Return the books that were erased within the last day."""
        lately = sa.select(departed.c.user_id).where(departed.c.at_ms >= now_ms() - _DAY_MS)
        return list(self._connection.execute(lately).scalars())

    def _select(self, book_id: str, author: str | None = None, *, lock: bool) -> Book | None:
        row = (_LOCK if lock else _FIND).first(self._connection, of_book=book_id)
        if row is None:
            return None
        number, _book_id, home_currency, version = row
        return Book(number, book_id, home_currency, version, author)
