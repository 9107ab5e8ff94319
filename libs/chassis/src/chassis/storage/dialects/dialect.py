"""The default behaviour of SQL dialects."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any
from weakref import WeakKeyDictionary

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import DBAPIError, OperationalError

WRITES = "outlay_writes"
"""The execution option of a connection whose next transaction writes."""
POOL_SECONDS = 10
"""Seconds to wait for a free connection."""


IDLE_SECONDS = 1.0
"""A connection that was used within these seconds counts as alive, unless it looks closed."""


def ask_idle_ones_alone(engine: Engine, *, is_suspect: Callable[[Any], bool] = lambda _connection: False) -> None:
    """Ping only connections that have been idle, since each ping is a request to the server.

    A connection that broke in between costs one 503; the pool is renewed after that.
    """
    ask, used = engine.dialect.do_ping, WeakKeyDictionary[Any, float]()

    def ping(dbapi_connection: Any) -> bool:
        if time.monotonic() - used.get(dbapi_connection, 0.0) < IDLE_SECONDS and not is_suspect(dbapi_connection):
            return True
        return ask(dbapi_connection)

    def note(connection: Any, _record: Any) -> None:
        if connection is not None:
            used[connection] = time.monotonic()

    engine.dialect.do_ping = ping  # type: ignore[method-assign]
    event.listen(engine, "checkin", note)


def is_local(url: sa.URL) -> bool:
    """Return whether the server is on this machine."""
    return url.host in (None, "", "localhost", "127.0.0.1", "::1")


class Dialect:
    """One kind of database. Only the subclasses know its peculiarities."""

    def __init__(self) -> None:
        self.turn: AbstractContextManager[object] = nullcontext()
        self.threads = 8

    def problem(self, url: sa.URL) -> str:
        """Return what is wrong with an address, without its password; empty if nothing is."""
        return ""

    def engine(self, url: sa.URL, *, pool_size: int) -> Engine:
        """Return the connection pool; it connects on first use."""
        return sa.create_engine(
            url, pool_size=pool_size, max_overflow=10, pool_timeout=POOL_SECONDS, pool_pre_ping=True, hide_parameters=True
        )

    @contextmanager
    def migrating(self, engine: Engine, name: str) -> Iterator[Connection]:
        """Yield a connection in a transaction that may change the schema `name`, under a lock."""
        with engine.connect() as connection:
            connection.execution_options(**{WRITES: True})
            with connection.begin():
                yield connection

    def is_away(self, error: DBAPIError) -> bool:
        """Return whether the database is unreachable or overloaded, so that the same statement may work later."""
        return isinstance(error, OperationalError) or error.connection_invalidated

    def explain(self, error: BaseException, url: sa.URL) -> str:
        """Explain in a sentence what is wrong and what to change, without secrets."""
        return f"fails with {type(error).__name__}"

    def is_refused(self, error: BaseException) -> bool:
        """Return whether an operator must change something first, such as a password or a right."""
        return False

    def is_busy(self, error: DBAPIError) -> bool:
        """Return whether another transaction was in the way, so that a retry will help."""
        return False
