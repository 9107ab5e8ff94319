"""Imports that are not reviewed yet, in SQL."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from budgets.adapters.sql.tables import import_progress as table
from budgets.domain.import_progress import ImportProgress

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class SqlImports:
    """Implements domain.ports.Imports within one transaction."""

    def __init__(self, connection: Connection) -> None:
        """Work in this transaction."""
        self._execute = connection.execute

    def get(self, user_id: str, import_id: str) -> ImportProgress | None:
        """Return one."""
        row = self._execute(sa.select(table).where(*_is(user_id, import_id))).first()
        if row is None:
            return None
        at = _EPOCH + timedelta(milliseconds=row.at_ms)
        return ImportProgress(row.import_id, at, row.heard, row.expected, json.loads(row.facts), undone=bool(row.undone))

    def keep(self, user_id: str, progress: ImportProgress) -> None:
        """Store one, new or known."""
        values = {
            "at_ms": milliseconds(progress.at),
            "heard": progress.heard,
            "expected": progress.expected,
            "facts": json.dumps(dict(progress.facts)),
            "undone": int(progress.undone),
        }
        if not self._execute(table.update().where(*_is(user_id, progress.import_id)).values(values)).rowcount:
            self._execute(table.insert(), {"user_id": user_id, "import_id": progress.import_id, **values})

    def remove(self, user_id: str, import_id: str) -> None:
        """Delete one."""
        self._execute(table.delete().where(*_is(user_id, import_id)))


def milliseconds(moment: datetime) -> int:
    """Return a moment as the table holds it."""
    return (moment - _EPOCH) // timedelta(milliseconds=1)


def stale(connection: Connection, before: datetime) -> list[tuple[str, str]]:
    """Return (user id, import id) of imports of which nothing was heard since a moment."""
    query = sa.select(table.c.user_id, table.c.import_id).where(table.c.at_ms < milliseconds(before))
    return [(row.user_id, row.import_id) for row in connection.execute(query)]


def _is(user_id: str, import_id: str) -> tuple[sa.ColumnElement[bool], ...]:
    return table.c.user_id == user_id, table.c.import_id == import_id
