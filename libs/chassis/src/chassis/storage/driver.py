"""Runs SQL text on the driver directly, within a transaction of SQLAlchemy."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError

Row = tuple[Any, ...]

_MOST_LETTERS, _MOST_ROWS = 20_000, 100
"""The most in one batch for Db2."""


def execute(connection: Connection, text: str, values: Sequence[Any], *, many: bool = False) -> Any:
    """Run a statement with its values in the current transaction; return the cursor, which the caller closes."""
    cursor = connection.connection.cursor()
    try:
        for heard in connection.dispatch.before_cursor_execute:  # listeners to statements hear of these too
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
    for portion in _portions(rows) if connection.dialect.name == "ibm_db_sa" else [rows]:
        execute(connection, text, portion, many=True).close()


def handle(connection: Connection, error: Exception, cursor: Any, text: str = "") -> None:
    """Raise SQLAlchemy's error for one of the driver, and give the connection up if it is broken, as SQLAlchemy does."""
    dialect = connection.dialect
    driver = dialect.loaded_dbapi
    if not isinstance(error, driver.Error):
        return
    raw = connection.connection.dbapi_connection
    lost = raw is not None and dialect.is_disconnect(error, raw, cursor)
    if lost:
        connection.invalidate(error)
    raise DBAPIError.instance(
        text, None, error, driver.Error, hide_parameters=True, connection_invalidated=lost, dialect=dialect
    ) from error


def _portions(rows: Sequence[Row]) -> Iterator[Sequence[Row]]:
    """Yield batches of rows: Db2's driver corrupts arrays over 128 kB that contain a long text."""
    portion, letters = list[Row](), 0
    for row in rows:
        letters += sum(len(value) for value in row if isinstance(value, str))
        portion.append(row)
        if letters >= _MOST_LETTERS or len(portion) >= _MOST_ROWS:
            yield portion
            portion, letters = [], 0
    if portion:
        yield portion
