"""Looks at how a database would go about the statements that some work consists of."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from sqlalchemy import event

if TYPE_CHECKING:
    from collections.abc import Iterator

    from chassis.storage.database import Database

_EXPLAINED = ("SELECT", "UPDATE", "DELETE")


class Plans:
    """The plans of what was done while it watched, and what of them goes through a whole table."""

    def __init__(self, database: Database) -> None:
        """Watch nothing yet."""
        self._database = database
        self._seen: dict[str, Any] = {}

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Take note of every statement."""
        engine = self._database.engine
        event.listen(engine, "before_cursor_execute", self._note)
        try:
            yield
        finally:
            event.remove(engine, "before_cursor_execute", self._note)

    def analyse(self) -> None:
        """Count what is in the tables, where the server would do so by itself only after a while."""
        if self._mysql:
            with self._database.begin() as connection:
                for (table,) in connection.exec_driver_sql("SHOW TABLES").all():
                    connection.exec_driver_sql(f"ANALYZE TABLE `{table}`").all()

    def __len__(self) -> int:
        return len(self._seen)

    def without_index(self) -> list[str]:
        """Return the statements that have no index to seek by."""
        with self._database.begin() as connection:  # to explain a change counts as one
            explain = "EXPLAIN FORMAT=TRADITIONAL" if self._mysql else "EXPLAIN QUERY PLAN"
            plans = {
                text: connection.exec_driver_sql(f"{explain} {text}", given).mappings().all() for text, given in self._seen.items()
            }
        return [f"{text}\n{rows}" for text, rows in plans.items() if any(map(self._is_whole, rows))]

    def _is_whole(self, row: Any) -> bool:
        if not self._mysql:
            return str(row["detail"]).startswith("SCAN")
        return row["type"] in ("ALL", "index")

    @property
    def _mysql(self) -> bool:
        return self._database.engine.dialect.name == "mysql"

    def _note(self, _connection: Any, _cursor: Any, statement: str, parameters: Any, _context: Any, executemany: bool) -> None:
        if statement.startswith(_EXPLAINED) and "@@" not in statement:
            self._seen[statement] = parameters[0] if executemany else parameters
