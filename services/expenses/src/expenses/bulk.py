"""Statements for many rows, handed to the driver as they are: an import spends its time here.

SQLAlchemy looks at each value; without that an import takes 1.4 times less CPU time (tests/load/fences.py compares).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any

from sqlalchemy import Insert, Update
from sqlalchemy.engine import Connection, Dialect

from chassis.storage.driver import execute, execute_many

CHUNK = 500
"""Values in one IN list; every dialect takes this many."""


def run_many(connection: Connection, statement: Insert | Update, columns: tuple[str, ...], rows: Sequence[tuple[Any, ...]]) -> None:
    """Run a statement once for each row; the values stand in the order in which the statement names them.

    All drivers in use take values by position (SQLite and Db2 as `?`, MySQL as `%s`); whole numbers and text need no conversion.
    """
    if rows:
        text = _text(statement, connection.dialect, columns)
        if len(rows) == 1:
            execute(connection, text, rows[0]).close()
        else:
            execute_many(connection, text, rows)


@cache
def _text(statement: Insert | Update, dialect: Dialect, columns: tuple[str, ...]) -> str:
    """Compile a statement; those that come here are composed once, as constants, so each is compiled once."""
    return statement.compile(dialect=dialect, column_keys=list(columns)).string


def chunks(items: Sequence[Any]) -> Iterable[Sequence[Any]]:
    for start in range(0, len(items), CHUNK):
        yield items[start : start + CHUNK]
