"""The connection to a service's SQL store, and what a transaction is."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError, IntegrityError

from chassis.runtime.problems import UnavailableError
from chassis.runtime.retry import retry_on
from chassis.storage.dialects import WRITES, dialect_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sqlalchemy.engine import Connection, Engine

T = TypeVar("T")

ADDED_EVENTS = "outlay.added_events"
"""Key in a connection's `info` that says that this transaction added events."""
RELAY = "outlay.relay"
"""Key in a connection's `info` under which the relay of this process is named, if there is one beside others."""


class StoreUnavailableError(UnavailableError):
    """The store does not answer, is full or is locked for too long."""

    def __init__(self, *, seconds: int = 5) -> None:
        """Say when to try again, and not what went wrong: that is in the log."""
        super().__init__("The store does not answer; try again in a moment.", headers={"Retry-After": str(seconds)})


class StoreBusyError(StoreUnavailableError):
    """Another transaction was in the way and this one is undone; done again it will most likely pass."""

    def __init__(self) -> None:
        """Ask for a second's patience."""
        super().__init__(seconds=1)


_PAUSES = (0.02, 0.1, 0.5)
"""Seconds before a transaction that lost to another one is begun again."""


class Database:
    """One store. Reading and writing transactions are told apart, since each dialect begins them in its own way."""

    def __init__(
        self,
        url: str,
        *,
        on_events: Callable[[], None] = lambda: None,
        relay: str | None = None,
        pool_size: int = 10,
        prove: Callable[[Connection], None] | None = None,
    ) -> None:
        """Connect to nothing yet. `on_events` is called after each commit that added events to the outbox.

        `relay` names the relay that this call wakes: what is added is claimed for it at once, which spares it a transaction.
        `prove` is called with the first connection, and until it does not raise: a store may be of another version.
        """
        self._retried = retry_on(StoreBusyError, pauses=_PAUSES)
        self._on_events, self._relay, self._prove = on_events, relay, prove
        address = sa.make_url(url)
        self.url, self._dialect = address, dialect_of(address)
        if problem := self._dialect.problem(address):
            message = f"the address of a store {problem}"
            raise ValueError(message)
        # An exception that is logged must not carry what people wrote, so every dialect shows statements without their values.
        self.engine: Engine = self._dialect.engine(address, pool_size=pool_size)

    @contextmanager
    def begin(self) -> Iterator[Connection]:
        """Run a writing transaction: commit at the end, roll back on an exception. Raises StoreUnavailableError."""
        self._proved()
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
        """Run a writing transaction as a whole, and again if another one was in its way: `work` does nothing that is not undone.

        Raises:
            StoreUnavailableError: if the store does not answer, or others were in the way each time.
        """
        result: T = self._retried(self._once, work)
        return result

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Run a reading transaction that sees one moment of the store. Raises StoreUnavailableError."""
        self._proved()
        with self.looking() as connection:
            yield connection

    @contextmanager
    def looking(self) -> Iterator[Connection]:
        """Run a reading transaction on a store of whatever version. Raises StoreUnavailableError."""
        with self._translated(), self.engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def migrating(self, name: str) -> Iterator[Connection]:
        """Run a transaction that may change the schema `name`, which nobody else does meanwhile. Raises StoreUnavailableError."""
        with self._dialect.turn, self._translated(), self._dialect.migrating(self.engine, name) as connection:
            yield connection

    def check(self) -> None:
        """Raise StoreUnavailableError if the store does not answer or is of another version."""
        with self.read() as connection:
            connection.execute(sa.select(sa.literal_column("1")))

    def explain(self, error: BaseException) -> str:
        """Say in a sentence what is wrong with a store that raised this, and what to change."""
        return self._dialect.explain(error.__cause__ or error, self.url)

    def is_refused(self, error: BaseException) -> bool:
        """Say whether trying again cannot help with this: a wrong password, a right that is missing."""
        return self._dialect.is_refused(error.__cause__ or error)

    def close(self) -> None:
        """Let go of all connections."""
        self.engine.dispose()

    def _proved(self) -> None:
        prove = self._prove  # another thread may have it done in between
        if prove is not None:
            with self.looking() as connection:
                prove(connection)
            self._prove = None

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
    """Insert what was not there a moment ago; if it is now, another process was faster: raise StoreBusyError."""
    try:
        yield
    except IntegrityError as error:
        raise StoreBusyError from error
