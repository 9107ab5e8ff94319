"""What every dialect of SQL does if it says nothing else."""

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
"""How long to wait for a free connection."""


IDLE_SECONDS = 1.0
"""A connection that was used so short a time ago is taken to live still, unless it shows that it does not."""


def ask_idle_ones_alone(engine: Engine, *, is_suspect: Callable[[Any], bool] = lambda _connection: False) -> None:
    """Spare a connection that was in use a moment ago the question whether it lives, which is a request to the server.

    One that broke meanwhile all the same costs one answer of 503, and the pool is new after that.
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
    """Say whether the server is on this machine."""
    return url.host in (None, "", "localhost", "127.0.0.1", "::1")


class Dialect:
    """One kind of database. Its own ways stand in the sub-classes, and nowhere else."""

    def __init__(self) -> None:
        """Connect to nothing."""
        self.turn: AbstractContextManager[object] = nullcontext()

    def problem(self, url: sa.URL) -> str:  # noqa: ARG002
        """Say what is wrong with an address, without the password; nothing if it will do."""
        return ""

    def engine(self, url: sa.URL, *, pool_size: int) -> Engine:
        """Return the pool of connections; it connects when the first one is asked for."""
        return sa.create_engine(
            url, pool_size=pool_size, max_overflow=10, pool_timeout=POOL_SECONDS, pool_pre_ping=True, hide_parameters=True
        )

    @contextmanager
    def migrating(self, engine: Engine, name: str) -> Iterator[Connection]:  # noqa: ARG002
        """Give a connection, in a transaction, on which the schema `name` may be changed: nobody else does meanwhile."""
        with engine.connect() as connection:
            connection.execution_options(**{WRITES: True})
            with connection.begin():
                yield connection

    def is_away(self, error: DBAPIError) -> bool:
        """Say whether the database is not there or cannot now: the same statement may do later."""
        return isinstance(error, OperationalError) or error.connection_invalidated

    def explain(self, error: BaseException, url: sa.URL) -> str:  # noqa: ARG002
        """Say in a sentence what is wrong with a database that refuses, and what to change; no secret is in it."""
        return f"fails with {type(error).__name__}"

    def is_refused(self, error: BaseException) -> bool:  # noqa: ARG002
        """Say whether somebody has to change something before the same can do: a user, a password, a right, a database."""
        return False

    def is_busy(self, error: DBAPIError) -> bool:  # noqa: ARG002
        """Say whether another transaction was in the way, so that this one should simply be done again."""
        return False
