"""Texts of SQL handed to the driver directly, within a transaction of SQLAlchemy's."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError

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
