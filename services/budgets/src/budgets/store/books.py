"""Books: whose rows these are, and where their days begin."""

from __future__ import annotations

from contextlib import suppress

import sqlalchemy as sa
from sqlalchemy import bindparam
from sqlalchemy.engine import Connection
from sqlalchemy.exc import IntegrityError

from budgets.errors import DepartedError
from budgets.tables import OF_ONE_BOOK, ledger, person
from chassis.storage.database import StoreBusyError
from chassis.storage.prepared import Prepared

_LOCK = Prepared(
    ledger.update().where(ledger.c.user_id == bindparam("book_id"), ledger.c.departed == 0).values(revision=ledger.c.revision + 1)
)
_EXISTS = Prepared(sa.select(ledger.c.departed).where(ledger.c.user_id == bindparam("book_id")))
_TIME_ZONE = Prepared(sa.select(person.c.time_zone).where(person.c.user_id == bindparam("book_id")))


class BookRepository:
    """The books within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def lock(self, book_id: str) -> None:
        """Get or create the row of a book and lock it until commit. Raises DepartedError."""
        if self._lock(book_id):
            return
        # The first budget and the event of the registration may come at the same moment: the second waits here.
        with suppress(IntegrityError):
            self._connection.execute(ledger.insert(), {"user_id": book_id, "revision": 1, "departed": 0})
            return
        if not self._lock(book_id):
            raise StoreBusyError

    def _lock(self, book_id: str) -> bool:
        if _LOCK.run(self._connection, book_id=book_id):
            return True
        if _EXISTS.first(self._connection, book_id=book_id) is not None:
            raise DepartedError
        return False

    def time_zone(self, book_id: str) -> str:
        """Return where the days of a book begin; UTC as long as that is unknown."""
        found = _TIME_ZONE.first(self._connection, book_id=book_id)
        return found[0] if found else "UTC"

    def remember_time_zone(self, book_id: str, time_zone: str) -> None:
        """Store the time zone of a book for which none is known."""
        if self._version(book_id) is None:
            self._connection.execute(person.insert(), {"user_id": book_id, "time_zone": time_zone, "version": 0})

    def update_time_zone(self, book_id: str, time_zone: str, *, version: int) -> None:
        """Store the time zone of this version, unless a newer one is known."""
        known = self._version(book_id)
        row = {"user_id": book_id, "time_zone": time_zone, "version": version}
        if known is None:
            self._connection.execute(person.insert(), row)
        elif version > known:
            self._connection.execute(person.update().where(person.c.user_id == book_id).values(row))

    def erase(self, book_id: str) -> None:
        """Delete all rows of a book, and remember that nothing may be stored for it again."""
        for table in OF_ONE_BOOK:
            self._connection.execute(table.delete().where(table.c.user_id == book_id))
        self._connection.execute(ledger.update().where(ledger.c.user_id == book_id).values(departed=1))

    def _version(self, book_id: str) -> int | None:
        return self._connection.execute(sa.select(person.c.version).where(person.c.user_id == book_id)).scalar()
