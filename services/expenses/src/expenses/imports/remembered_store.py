"""Rows of remembered mappings."""

from __future__ import annotations

import json

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from chassis.runtime.clock import now_ms
from expenses.books.model import Book
from expenses.errors import InvalidMappingError
from expenses.imports.readers.mapping import Mapping, read_mapping
from expenses.imports.remembered import RememberedMapping
from expenses.moments import milliseconds, moment_of
from expenses.tables import import_mapping as t

_MOST = 100
"""Shapes of files that are remembered for each book; the one that was not used for longest goes first."""


class RememberedMappingRepository:
    """Remembered mappings within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def get(self, book: Book, shape: str) -> RememberedMapping | None:
        query = sa.select(t).where(t.c.owner == book.number, t.c.shape == shape)
        row = self._connection.execute(query).one_or_none()
        if row is None:
            return None
        return RememberedMapping(
            shape=row.shape,
            mapping=_mapping_in(row.mapping),
            signs=frozenset(row.signs.split()),
            import_id=row.import_id,
            corrected_at=moment_of(row.corrected_ms),
        )

    def put(self, book: Book, kept: RememberedMapping) -> None:
        """Store a correction in place of the one before; the hundred that were used last are kept for each book."""
        self.remove(book, kept.shape)
        row = {
            "owner": book.number,
            "shape": kept.shape,
            "mapping": json.dumps(kept.mapping.to_wire() if kept.mapping else {}),
            "signs": " ".join(sorted(kept.signs)),
            "import_id": kept.import_id,
            "corrected_ms": milliseconds(kept.corrected_at),
            "used_ms": now_ms(),
        }
        self._connection.execute(t.insert(), row)
        newest = sa.select(t.c.shape).where(t.c.owner == book.number).order_by(t.c.used_ms.desc(), t.c.shape)
        for old in self._connection.execute(newest).scalars().all()[_MOST:]:
            self.remove(book, old)

    def mark_used(self, book: Book, shape: str) -> None:
        """Record that a correction was used again, so that others are dropped before it."""
        self._connection.execute(t.update().where(t.c.owner == book.number, t.c.shape == shape).values(used_ms=now_ms()))

    def remove(self, book: Book, shape: str) -> None:
        self._connection.execute(t.delete().where(t.c.owner == book.number, t.c.shape == shape))

    def forget(self, book: Book, import_id: str) -> None:
        """Forget the corrections that an import was the last to confirm."""
        self._connection.execute(t.delete().where(t.c.owner == book.number, t.c.import_id == import_id))


def _mapping_in(stored: str) -> Mapping | None:
    try:
        return read_mapping(stored)
    except InvalidMappingError:
        return None
