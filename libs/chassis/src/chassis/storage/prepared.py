"""Statements whose text is made once for each dialect and then handed to the driver as it is.

SQLAlchemy takes some 60 µs to find a statement's text again, to look at each value and to wrap what comes back; on SQLite that is
four times what the statement itself takes. The few that every request goes through are handed over here instead. What goes wrong
is SQLAlchemy's again, with its errors and its care for lost connections.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Delete, Insert, Select, Update
from sqlalchemy.engine import Connection, Dialect

from chassis.storage.driver import Row, execute, execute_many, handle


class Prepared:
    """One statement; its values go by the names of their `bindparam`. No lists of any length, no types but numbers and text."""

    def __init__(self, statement: Select[Any] | Insert | Update | Delete, *columns: str) -> None:
        """`columns` are those that an INSERT fills."""
        self._statement, self._columns = statement, columns
        self._made: dict[Dialect, tuple[str, tuple[str, ...], dict[str, Any]]] = {}

    def all(self, connection: Connection, **values: Any) -> Sequence[Row]:
        """Return the rows that a SELECT finds."""
        cursor = self._executed(connection, values)
        try:
            rows: Sequence[Row] = cursor.fetchall()
        except Exception as error:
            handle(connection, error, cursor)
            raise
        cursor.close()
        return rows

    def first(self, connection: Connection, **values: Any) -> Row | None:
        """Return the first of them."""
        rows = self.all(connection, **values)
        return rows[0] if rows else None

    def run(self, connection: Connection, **values: Any) -> int:
        """Change something; return how many rows were found to be changed."""
        cursor = self._executed(connection, values)
        count = int(cursor.rowcount)
        cursor.close()
        return count

    def run_many(self, connection: Connection, rows: Sequence[dict[str, Any]]) -> None:
        """Change something once for each row of values."""
        if len(rows) == 1:
            self.run(connection, **rows[0])
        elif rows:
            text, names, fixed = self._made.get(connection.dialect) or self._make(connection.dialect)
            execute_many(connection, text, [tuple([{**fixed, **row}[name] for name in names]) for row in rows])

    def _executed(self, connection: Connection, values: dict[str, Any]) -> Any:
        text, names, fixed = self._made.get(connection.dialect) or self._make(connection.dialect)
        given = {**fixed, **values} if fixed else values
        return execute(connection, text, tuple([given[name] for name in names]))

    def _make(self, dialect: Dialect) -> tuple[str, tuple[str, ...], dict[str, Any]]:
        compiled = self._statement.compile(dialect=dialect, column_keys=list(self._columns) or None)
        names = tuple(compiled.positiontup or ())
        fixed = {name: value for name, value in compiled.construct_params(_check=False).items() if value is not None}
        self._made[dialect] = made = (compiled.string, names, fixed)
        return made
