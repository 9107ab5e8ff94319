"""The databases that stores are measured on, and a bare driver that runs the same statements there."""

from __future__ import annotations

import re
import time
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sqlalchemy import event

from chassis.runtime.ids import uuid7
from chassis.storage.database import Database
from chassis.storage.migrations import migrate

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

_ID = re.compile(r"^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$")
_TALK = re.compile(r"SET |BEGIN|COMMIT|ROLLBACK", re.IGNORECASE)


@contextmanager
def databases(folder: Path) -> Iterator[dict[str, Callable[[], str]]]:
    """Start the servers; give by name what returns the address of a database without tables."""
    from testing.servers.derby import shared_db2
    from testing.servers.mariadb import shared_mariadb

    with ExitStack() as stack:
        mariadb = stack.enter_context(shared_mariadb(folder / "mariadb"))
        db2 = stack.enter_context(shared_db2(folder / "db2"))
        yield {
            "SQLite": lambda: f"sqlite:///{folder}/{uuid7()}.db",
            "MariaDB": lambda: mariadb.fresh("measured"),
            "Db2's wire": lambda: db2.fresh("ways"),
        }


@contextmanager
def opened(url: str, package: str) -> Iterator[Database]:
    """Open a new database and make its tables."""
    database = Database(url, relay="bench")
    try:
        migrate(database, package)
        yield database
    finally:
        database.close()


@dataclass
class Recording:
    """The statements of one transaction, in the form in which the driver got them."""

    statements: list[tuple[str, Any, bool]] = field(default_factory=list)
    """(text, values, whether the values are many rows)"""

    @property
    def counted(self) -> int:
        """How many there are beside those that only begin, end or set up; a statement for many rows counts once."""
        return sum(not _TALK.match(text) for text, _values, _many in self.statements)


@contextmanager
def recorded(database: Database) -> Iterator[Recording]:
    """Take down the statements that are run within."""
    recording = Recording()

    def note(_connection: Any, _cursor: Any, text: str, values: Any, _context: Any, many: bool) -> None:
        recording.statements.append((text, values, many))

    event.listen(database.engine, "before_cursor_execute", note)
    try:
        yield recording
    finally:
        event.remove(database.engine, "before_cursor_execute", note)


@contextmanager
def counted(database: Database) -> Iterator[list[int]]:
    """Count the statements that are run within, in the one number of a list."""
    count = [0]

    def note(_connection: Any, _cursor: Any, text: str, *_more: Any) -> None:
        count[0] += not _TALK.match(text)

    event.listen(database.engine, "before_cursor_execute", note)
    try:
        yield count
    finally:
        event.remove(database.engine, "before_cursor_execute", note)


class BareDriver:
    """One connection of the driver, set up as the store's are, which repeats what was recorded and nothing else."""

    def __init__(self, database: Database) -> None:
        """Take a connection out of the pool for good."""
        self._held = database.engine.raw_connection()
        self._connection: Any = self._held.dbapi_connection
        self._explicit = database.engine.dialect.name == "sqlite"
        if database.engine.dialect.name == "mysql":  # it may come from readers
            self._connection.query("SET SESSION TRANSACTION READ WRITE")
            self._held.detach()

    def repeat(self, recording: Recording, kept: set[str]) -> None:
        """Run the statements and commit; ids that are not to be kept are made anew, so that rows can be added again."""
        fresh: dict[str, str] = {}

        def anew(value: Any) -> Any:
            if isinstance(value, str) and len(value) == 36 and value not in kept and _ID.match(value):
                return fresh.setdefault(value, uuid7())
            return value

        for text, values, many in recording.statements:
            if text.startswith("SET "):
                continue
            cursor = self._connection.cursor()
            if many:
                cursor.executemany(text, [tuple(map(anew, row)) for row in values])
            else:
                cursor.execute(text, tuple(map(anew, values)))
            if cursor.description:
                cursor.fetchall()
            cursor.close()
        self.commit()

    def commit(self) -> None:
        """End the transaction."""
        self._connection.execute("COMMIT") if self._explicit else self._connection.commit()

    def close(self) -> None:
        """Let go of the connection."""
        self._held.close()


def a_second(work: Callable[[], object], count: int) -> float:
    """Return how often a second something can be done, doing it some times."""
    started = time.perf_counter()
    for _ in range(count):
        work()
    return count / (time.perf_counter() - started)
