"""SQLite: one writing transaction at a time, which takes the write lock at its beginning."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine import Connection, Engine

from chassis.storage.dialects.dialect import WRITES, Dialect
from chassis.storage.dialects.write_lock import WriteLock
from chassis.storage.driver import execute

_PRAGMAS = (
    "journal_mode = WAL",
    "synchronous = FULL",
    "foreign_keys = ON",
    "busy_timeout = 10000",
    "cache_size = -4000",
    "secure_delete = ON",  # deleted data is overwritten in the file
)


class Sqlite(Dialect):
    """A file. Migrations need no lock of their own, since they are one writing transaction."""

    def __init__(self) -> None:
        super().__init__()
        # SQLite would make waiting writers poll; this lock is fair and costs nothing.
        self.turn = WriteLock()
        # Nobody waits for a network here. More threads only take the interpreter's lock from each other after each row.
        self.threads = 4

    def engine(self, url: sa.URL, *, pool_size: int) -> Engine:
        options: dict[str, Any] = {}
        if url.database not in (None, "", ":memory:"):
            # The connection that has written last still knows the pages that it wrote; any other one reads them again.
            options = {"pool_size": pool_size, "max_overflow": 10, "pool_use_lifo": True}
        engine = sa.create_engine(url, hide_parameters=True, **options)
        event.listen(engine, "connect", _on_connect)
        event.listen(engine, "begin", _on_begin)
        return engine

    def explain(self, error: BaseException, url: sa.URL) -> str:
        text, file = str(getattr(error, "orig", error)), url.database
        if "unable to open" in text:
            return f"the file {file} cannot be opened; does its folder exist, and may this user write to it?"
        if "readonly" in text or "read-only" in text:
            return f"the file {file} is read-only; make this user the owner of it and of its folder"
        if "not a database" in text or "malformed" in text:
            return f"the file {file} is not a database, or is damaged; name another one, or restore a backup"
        if "full" in text:
            return f"the disk of {file} is full; free some space"
        if "locked" in text:
            return f"the file {file} is locked by another program"
        return f"the file {file} fails with {type(error).__name__}"


def _on_connect(connection: Any, _record: Any) -> None:
    # "begin" below starts transactions; the driver would start them too late.
    connection.isolation_level = None
    for pragma in _PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")


def _on_begin(connection: Connection) -> None:
    writes = connection.get_execution_options().get(WRITES)
    execute(connection, "BEGIN IMMEDIATE" if writes else "BEGIN", ()).close()
