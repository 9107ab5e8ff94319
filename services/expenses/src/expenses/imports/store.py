"""Rows of imports."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from expenses.books.model import Book
from expenses.imports.model import Import
from expenses.moments import milliseconds, moment_of
from expenses.paging import Position
from expenses.tables import import_run


class ImportRepository:
    """Imports within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def get(self, book: Book, import_id: str) -> Import | None:
        query = sa.select(import_run).where(import_run.c.owner == book.number, import_run.c.id == import_id)
        row = self._connection.execute(query).first()
        return None if row is None else _import(row)

    def add(self, book: Book, done: Import) -> None:
        self._connection.execute(import_run.insert(), {"id": done.id, "owner": book.number, **_values(done)})

    def replace(self, book: Book, done: Import) -> None:
        where = import_run.c.owner == book.number, import_run.c.id == done.id
        self._connection.execute(import_run.update().where(*where).values(_values(done)))

    def page(self, book: Book, limit: int, after: Position | None) -> list[Import]:
        """Return up to `limit`, newest first."""
        query = sa.select(import_run).where(import_run.c.owner == book.number)
        if after is not None:
            moment, last_id = after
            older = sa.or_(import_run.c.created_ms < moment, import_run.c.id < last_id)
            query = query.where(import_run.c.created_ms <= moment, older)
        query = query.order_by(import_run.c.created_ms.desc(), import_run.c.id.desc()).limit(limit)
        return [_import(row) for row in self._connection.execute(query)]


def _values(done: Import) -> dict[str, Any]:
    return {
        "filename": done.filename,
        "author": done.author,
        "created_ms": milliseconds(done.created_at),
        "undone_ms": None if done.undone_at is None else milliseconds(done.undone_at),
        "row_count": done.rows,
        "imported": done.imported,
        "duplicates": done.duplicates,
        "failed": done.failed,
        "categories_created": done.categories_created,
        "first_day": done.first_day and done.first_day.isoformat(),
        "last_day": done.last_day and done.last_day.isoformat(),
        "errors": json.dumps(done.errors, ensure_ascii=False),
        "left_out": json.dumps(done.left_out, ensure_ascii=False),
        "left_out_count": done.left_out_count,
        "shortened": done.shortened,
    }


def _import(row: Row[Any]) -> Import:
    return Import(
        id=row.id,
        filename=row.filename,
        author=row.author,
        created_at=moment_of(row.created_ms),
        undone_at=None if row.undone_ms is None else moment_of(row.undone_ms),
        rows=row.row_count,
        imported=row.imported,
        duplicates=row.duplicates,
        failed=row.failed,
        categories_created=row.categories_created,
        first_day=_day(row.first_day),
        last_day=_day(row.last_day),
        errors=_notes(row.errors),
        left_out=_notes(row.left_out),
        left_out_count=row.left_out_count,
        shortened=row.shortened,
    )


def _notes(stored: str | None) -> tuple[tuple[int, str], ...]:
    return tuple((line, message) for line, message in json.loads(stored or "[]"))


def _day(stored: str | None) -> date | None:
    return date.fromisoformat(stored) if stored else None
