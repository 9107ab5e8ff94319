"""Texts of SQL handed to the driver directly, within a transaction of SQLAlchemy's."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy.engine import Connection

Row = tuple[Any, ...]

_MOST_LETTERS, _MOST_ROWS = 20_000, 100
"""In one array of rows for Db2."""


def execute(connection: Connection, text: str, values: Sequence[Any], *, many: bool = False) -> Any:
    """Hand a text with its values to the driver, in the transaction that has begun; return the cursor, to be closed."""
    cursor = connection.connection.cursor()
    try:
        for heard in connection.dispatch.before_cursor_execute:  # who listens to statements hears of these too
            heard(connection, cursor, text, values, None, many)
        if many:
            cursor.executemany(text, values)
        else:
            cursor.execute(text, values)
    except Exception as error:
        handle(connection, error, cursor, text)
        raise
    return cursor


def execute_many(connection: Connection, text: str, rows: Sequence[Row]) -> None:
    """Hand a text over with the values of many rows."""
    for portion in _portions(rows) if connection.dialect.name == "ibm_db_sa" else [rows]:
        execute(connection, text, portion, many=True).close()


def handle(connection: Connection, error: Exception, cursor: Any, text: str = "") -> None:
    """Let SQLAlchemy do what it does if a statement of its own goes wrong, which is to raise its own error."""
    connection._handle_dbapi_exception(error, text, None, cursor, None)  # noqa: SLF001  there is no other way in


def _portions(rows: Sequence[Row]) -> Iterator[Sequence[Row]]:
    """Yield some rows at a time: of an array over 128 kB with a long text in it, Db2's driver makes thousands of empty ones."""
    portion, letters = list[Row](), 0
    for row in rows:
        letters += sum(len(value) for value in row if isinstance(value, str))
        portion.append(row)
        if letters >= _MOST_LETTERS or len(portion) >= _MOST_ROWS:
            yield portion
            portion, letters = [], 0
    if portion:
        yield portion
