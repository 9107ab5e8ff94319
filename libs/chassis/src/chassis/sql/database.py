"""The connection to a service's SQL store, and what a transaction is."""

from __future__ import annotations

import threading
from contextlib import contextmanager, nullcontext
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.exc import DBAPIError, OperationalError

from chassis.problems import UnavailableError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sqlalchemy.engine import Connection, Engine

ADDED_EVENTS = "outlay.added_events"
"""Key in a connection's `info` that says that this transaction added events."""
RELAY = "outlay.relay"
"""Key in a connection's `info` under which the relay of this process is named, if there is one beside others."""


class StoreUnavailableError(UnavailableError):
    """The store does not answer, is full or is locked for too long."""

    def __init__(self) -> None:
        """Say when to try again, and not what went wrong: that is in the log."""
        super().__init__("The store does not answer; try again in a moment.", headers={"Retry-After": "5"})


class Database:
    """One store. Reading and writing transactions are told apart, since SQLite wants a writer to say so at its start."""

    def __init__(
        self, url: str, *, on_events: Callable[[], None] = lambda: None, relay: str | None = None, pool_size: int = 10
    ) -> None:
        """Connect to nothing yet. `on_events` is called after each commit that added events to the outbox.

        `relay` names the relay that this call wakes: what is added is claimed for it at once, which spares it a transaction.
        """
        self._on_events, self._relay = on_events, relay
        self._sqlite = url.startswith("sqlite")
        options: dict[str, Any] = {} if ":memory:" in url else {"pool_size": pool_size, "max_overflow": 10}
        # An exception that is logged must not carry what people wrote, so statements are shown without their values.
        self.engine: Engine = sa.create_engine(url, pool_pre_ping=not self._sqlite, hide_parameters=True, **options)
        # SQLite lets one writer in at a time and makes the others poll; waiting here is fair and costs nothing.
        self._turn = threading.Lock() if self._sqlite else None
        if self._sqlite:
            _prepare_sqlite(self.engine)

    @contextmanager
    def begin(self) -> Iterator[Connection]:
        """Run a writing transaction: commit at the end, roll back on an exception. Raises StoreUnavailableError."""
        with self._turn or nullcontext(), _translated(), self.engine.connect() as connection:
            connection.execution_options(outlay_writes=True)
            connection.info[RELAY] = self._relay
            with connection.begin():
                yield connection
            added = connection.info.pop(ADDED_EVENTS, False)
        if added:
            self._on_events()

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Run a reading transaction that sees one moment of the store. Raises StoreUnavailableError."""
        with _translated(), self.engine.connect() as connection, connection.begin():
            yield connection

    def check(self) -> None:
        """Raise StoreUnavailableError if the store does not answer."""
        with self.read() as connection:
            connection.execute(sa.text("SELECT 1") if self._sqlite else sa.select(sa.literal(1)))

    def close(self) -> None:
        """Let go of all connections."""
        self.engine.dispose()


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except (OperationalError, sa.exc.TimeoutError) as error:
        raise StoreUnavailableError from error
    except DBAPIError as error:
        if error.connection_invalidated:
            raise StoreUnavailableError from error
        raise


def _prepare_sqlite(engine: Engine) -> None:
    @event.listens_for(engine, "connect")
    def on_connect(connection: Any, _record: Any) -> None:
        # SQLAlchemy's own "begin" below starts transactions; the driver's would start them too late.
        connection.isolation_level = None
        for pragma in (
            "journal_mode = WAL",
            "synchronous = FULL",
            "foreign_keys = ON",
            "busy_timeout = 10000",
            "cache_size = -4000",
        ):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def on_begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get("outlay_writes")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    @event.listens_for(engine, "rollback")
    def on_rollback(connection: Connection) -> None:
        connection.info.pop(ADDED_EVENTS, None)
