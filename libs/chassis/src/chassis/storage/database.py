"""A service's SQL database: connections and transactions."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import DBAPIError, IntegrityError

from chassis.runtime.problems import UnavailableError
from chassis.runtime.retry import retry_on
from chassis.storage.dialects import WRITES, dialect_of

T = TypeVar("T")

ADDED_EVENTS = "outlay.added_events"
"""Key in a connection's `info`, set if the transaction added events."""
RELAY = "outlay.relay"
"""Key in a connection's `info` for the name of this process's relay, if the outbox is shared."""


class StoreUnavailableError(UnavailableError):
    """The store is unreachable, full or locked for too long."""

    def __init__(self, *, seconds: int = 5) -> None:
        """`seconds` is when to try again. The cause is in the log only."""
        super().__init__("The database is temporarily unavailable. Try again in a moment.", headers={"Retry-After": str(seconds)})


class StoreBusyError(StoreUnavailableError):
    """The transaction was rolled back because of another one; a retry will most likely succeed."""

    def __init__(self) -> None:
        """Ask the client to retry in a second."""
        super().__init__(seconds=1)


_PAUSES = (0.02, 0.1, 0.5)
"""Seconds before each retry of a transaction that lost to another one."""


class Database:
    """One database. Reading and writing transactions differ, since each dialect begins them in its own way."""

    def __init__(
        self,
        url: str,
        *,
        on_events: Callable[[], None] = lambda: None,
        relay: str | None = None,
        pool_size: int = 10,
        check_schema: Callable[[Connection], None] | None = None,
    ) -> None:
        """Connect to nothing yet. `on_events` is called after each commit that added events to the outbox.

        `relay` names the relay that this wakes up: added events are leased to it at once, which saves a transaction.
        `check_schema` checks the schema on the first connection, and again until it does not raise.
        """
        self._retried = retry_on(StoreBusyError, pauses=_PAUSES)
        self._on_events, self._relay, self._check_schema = on_events, relay, check_schema
        address = sa.make_url(url)
        self.url, self._dialect = address, dialect_of(address)
        if problem := self._dialect.problem(address):
            raise ValueError(f"the address of a store {problem}")
        # Logged exceptions must not contain user data, so statements are shown without their values.
        self.engine: Engine = self._dialect.engine(address, pool_size=pool_size)

    @property
    def threads(self) -> int:
        """How many requests a process should work on at a time with this database."""
        return self._dialect.threads

    @contextmanager
    def begin(self) -> Iterator[Connection]:
        """Run a writing transaction: commit at the end, roll back on an exception. Raises StoreUnavailableError."""
        self._ensure_schema_checked()
        with self._dialect.turn, self._translated(), self.engine.connect() as connection:
            connection.execution_options(**{WRITES: True})
            connection.info[RELAY] = self._relay
            connection.info.pop(ADDED_EVENTS, None)  # of one that was rolled back on the same connection
            with connection.begin():
                yield connection
            added = connection.info.pop(ADDED_EVENTS, False)
        if added:
            self._on_events()

    def run(self, work: Callable[[Connection], T]) -> T:
        """Run a writing transaction, and again if another one was in its way. `work` must have no effect outside of it.

        Raises:
            StoreUnavailableError: if the store is unreachable, or each retry lost to another transaction.
        """
        result: T = self._retried(self._once, work)
        return result

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Run a reading transaction on a snapshot. Raises StoreUnavailableError."""
        self._ensure_schema_checked()
        with self.read_unchecked() as connection:
            yield connection

    @contextmanager
    def read_unchecked(self) -> Iterator[Connection]:
        """Run a reading transaction without checking the schema. Raises StoreUnavailableError."""
        with self._translated(), self.engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def migrating(self, name: str) -> Iterator[Connection]:
        """Run a transaction that may change the schema `name`, under a lock. Raises StoreUnavailableError."""
        with self._dialect.turn, self._translated(), self._dialect.migrating(self.engine, name) as connection:
            yield connection

    def check(self) -> None:
        """Raise StoreUnavailableError if the store is unreachable or its schema does not fit."""
        with self.read() as connection:
            connection.execute(sa.select(sa.literal_column("1")))

    def explain(self, error: BaseException) -> str:
        """Explain an error of the store in a sentence: what is wrong and what to change."""
        return self._dialect.explain(error.__cause__ or error, self.url)

    def is_refused(self, error: BaseException) -> bool:
        """Return whether a retry cannot help, as with a wrong password or a missing right."""
        return self._dialect.is_refused(error.__cause__ or error)

    def close(self) -> None:
        self.engine.dispose()

    def _ensure_schema_checked(self) -> None:
        check_schema = self._check_schema  # another thread may have it done in between
        if check_schema is not None:
            with self.read_unchecked() as connection:
                check_schema(connection)
            self._check_schema = None

    def _once(self, work: Callable[[Connection], T]) -> T:
        with self.begin() as connection:
            return work(connection)

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except (sa.exc.TimeoutError, TimeoutError) as error:
            raise StoreUnavailableError from error
        except DBAPIError as error:
            if self._dialect.is_busy(error):
                raise StoreBusyError from error
            if self._dialect.is_away(error):
                raise StoreUnavailableError from error
            raise


@contextmanager
def unless_raced() -> Iterator[None]:
    """Raise StoreBusyError if another process inserted the same row a moment earlier."""
    try:
        yield
    except IntegrityError as error:
        raise StoreBusyError from error
