"""SQLite: one writer at a time, who says so at the beginning."""

from __future__ import annotations

import threading
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine import Connection, Engine

from chassis.sql.dialects.dialect import WRITES, Dialect
from chassis.sql.driver import execute

_PRAGMAS = (
    "journal_mode = WAL",
    "synchronous = FULL",
    "foreign_keys = ON",
    "busy_timeout = 10000",
    "cache_size = -4000",
    "secure_delete = ON",  # what was deleted is nowhere in the file any more
)


class Sqlite(Dialect):
    """A file. Migrations need no lock of their own: they are one writing transaction."""

    def __init__(self) -> None:
        """Make the turn."""
        super().__init__()
        # SQLite lets one writer in at a time and makes the others poll; waiting here is fair and costs nothing.
        self.turn = threading.Lock()

    def engine(self, url: sa.URL, *, pool_size: int) -> Engine:
        """Return the pool of connections to the file."""
        options: dict[str, Any] = {} if url.database in (None, "", ":memory:") else {"pool_size": pool_size, "max_overflow": 10}
        engine = sa.create_engine(url, hide_parameters=True, **options)
        event.listen(engine, "connect", _on_connect)
        event.listen(engine, "begin", _on_begin)
        return engine


def _on_connect(connection: Any, _record: Any) -> None:
    # "begin" below starts transactions; the driver itself would start them too late.
    connection.isolation_level = None
    for pragma in _PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")


def _on_begin(connection: Connection) -> None:
    writes = connection.get_execution_options().get(WRITES)
    execute(connection, "BEGIN IMMEDIATE" if writes else "BEGIN", ()).close()
