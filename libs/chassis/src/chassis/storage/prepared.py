"""Prepared statements: compiled once for each dialect, then passed straight to the driver.

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
    """One statement, whose values are bound by the names of its `bindparam`s. Numbers and text only, no expanding lists."""

    def __init__(self, statement: Select[Any] | Insert | Update | Delete, *columns: str) -> None:
        """`columns` are the columns of an INSERT."""
        self._statement, self._columns = statement, columns
        self._made: dict[Dialect, tuple[str, tuple[str, ...], dict[str, Any]]] = {}

    def all(self, connection: Connection, **values: Any) -> Sequence[Row]:
        cursor = self._executed(connection, values)
        try:
            rows: Sequence[Row] = cursor.fetchall()
        except Exception as error:
            handle(connection, error, cursor)
            raise
        cursor.close()
        return rows

    def first(self, connection: Connection, **values: Any) -> Row | None:
        rows = self.all(connection, **values)
        return rows[0] if rows else None

    def run(self, connection: Connection, **values: Any) -> int:
        """Run an INSERT, UPDATE or DELETE; return how many rows matched."""
        cursor = self._executed(connection, values)
        count = int(cursor.rowcount)
        cursor.close()
        return count

    def run_many(self, connection: Connection, rows: Sequence[dict[str, Any]]) -> None:
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
