"""The rows of imports that are not reviewed yet."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from budgets.imports.model import ImportProgress
from budgets.tables import import_progress as table

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class ImportRepository:
    """The imports within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._execute = connection.execute

    def get(self, book_id: str, import_id: str) -> ImportProgress | None:
        row = self._execute(sa.select(table).where(*_is(book_id, import_id))).first()
        if row is None:
            return None
        at = _EPOCH + timedelta(milliseconds=row.at_ms)
        return ImportProgress(row.import_id, at, row.heard, row.expected, json.loads(row.facts), undone=bool(row.undone))

    def save(self, book_id: str, progress: ImportProgress) -> None:
        values = {
            "at_ms": _milliseconds(progress.at),
            "heard": progress.received,
            "expected": progress.expected,
            "facts": json.dumps(dict(progress.facts)),
            "undone": int(progress.undone),
        }
        if not self._execute(table.update().where(*_is(book_id, progress.import_id)).values(values)).rowcount:
            self._execute(table.insert(), {"user_id": book_id, "import_id": progress.import_id, **values})

    def remove(self, book_id: str, import_id: str) -> None:
        self._execute(table.delete().where(*_is(book_id, import_id)))

    def stale(self, before: datetime) -> list[tuple[str, str]]:
        """Return (book, import) of all imports that have been silent since then."""
        query = sa.select(table.c.user_id, table.c.import_id).where(table.c.at_ms < _milliseconds(before))
        return [(row.user_id, row.import_id) for row in self._execute(query)]


def _milliseconds(moment: datetime) -> int:
    return (moment - _EPOCH) // timedelta(milliseconds=1)


def _is(book_id: str, import_id: str) -> tuple[sa.ColumnElement[bool], ...]:
    return table.c.user_id == book_id, table.c.import_id == import_id
