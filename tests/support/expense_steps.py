"""A store of expenses whose process is killed between two transactions, and what is left in it."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime
from decimal import Decimal

import sqlalchemy as sa

from chassis.messaging.events import Event, event_maker
from chassis.runtime.idempotency import IdempotencyKey, StoredResponse
from chassis.runtime.ids import uuid7
from chassis.security.tokens import Caller
from chassis.storage.database import Database
from chassis.storage.migrations import migrate
from chassis.storage.outbox import SqlOutbox
from expenses.app import task_runner
from expenses.categories.service import CategoryService
from expenses.entries.filter import ExpenseFilter
from expenses.entries.model import Expense
from expenses.entries.service import ExpenseService
from expenses.imports.api import import_body
from expenses.imports.readers.mapping import Mapping
from expenses.imports.service import ImportService, Upload
from expenses.rates.converter import Converter
from expenses.tables import chassis, import_job, metadata
from expenses.tasks.service import TaskRunner
from expenses.unit_of_work import ExpensesStore, ExpensesUnitOfWork
from support.expense_rows import record_expense
from testing.fakes.callers import a_caller

ROWS = 2250
FILE = "date,amount,currency,payee,category\n" + "".join(
    f"2026-01-{1 + row % 28:02},{row + 1}.00,{'USD' if row == 1500 else 'EUR'},Shop {row % 7},Food\n" for row in range(ROWS)
)


class KilledError(BaseException):
    """The end of a killed process, which it cannot handle."""


class DyingStore:
    """A store of a process that is killed after some transactions."""

    def __init__(self, store: ExpensesStore, lives: int) -> None:
        self._store, self._lives = store, lives
        self.read = store.read

    def write(self) -> AbstractContextManager[ExpensesUnitOfWork]:
        self._live()
        return self._store.write()

    def run(self, action):
        self._live()
        return self._store.run(action)

    def _live(self) -> None:
        self._lives -= 1
        if self._lives < 0:
            raise KilledError


class Rates:
    """Exchange rates that run something when they are read."""

    def __init__(self) -> None:
        self.meanwhile = lambda: None

    def rate(self, _source: str, _target: str, _day: str) -> Decimal:
        self.meanwhile()
        return Decimal("0.5")

    nearest = rate


class World:
    def __init__(self, database: Database) -> None:
        self.database, self.rates, self.caller = database, Rates(), a_caller(uuid7())
        self.category_events: list[Event] = []
        self.clock = lambda: datetime.now(UTC)
        self.store = ExpensesStore(database, event_maker("expenses", self.clock, uuid7))
        self.converter = Converter(self.rates)

    def tasks(self, store: ExpensesStore | None = None) -> TaskRunner:
        return task_runner(store or self.store, self.converter, self.clock)

    def imports(self, store: ExpensesStore | None = None, **more) -> ImportService:
        tasks = self.tasks(store)
        return ImportService(store or self.store, self.converter, tasks, self.clock, uuid7, rows_at_once=1000, **more)

    def run(self, store: ExpensesStore | None = None, *, key: str | None = None, file: str = FILE, **more):
        upload = Upload(io.BytesIO(file.encode()), Mapping(), "a.csv")
        idempotency_key = IdempotencyKey(self.caller.user_id, key, "f") if key else None
        response = self.imports(store, **more).run(
            self.caller, upload, idempotency_key, lambda done: StoredResponse(import_body(done.done))
        )
        return response.body

    def categories(self, store: ExpensesStore | None = None, **more) -> CategoryService:
        return CategoryService(store or self.store, self.tasks(store), self.clock, uuid7, **more)

    def expenses(self) -> ExpenseService:
        return ExpenseService(self.store, self.converter, self.clock, uuid7)

    def finish_abandoned(self) -> None:
        """Advance the clock until the task counts as abandoned, and run the worker."""
        self.is_abandoned()
        self.tasks().finish_abandoned()

    def spend(self, caller: Caller, **more) -> Expense:
        return record_expense(self.expenses(), caller, **more)

    def count(self) -> int:
        with self.store.read() as uow:
            book = uow.books.find(self.caller.user_id)
            return uow.expenses.count(book, ExpenseFilter()) if book else 0

    def is_abandoned(self) -> None:
        """Advance the clock until the task counts as abandoned."""
        self._alive_until(0)

    def is_at_work(self) -> None:
        """Keep the task alive, however slow the machine is."""
        self._alive_until(2**53)

    def _alive_until(self, moment_ms: int) -> None:
        with self.database.begin() as connection:
            connection.execute(import_job.update().values(alive_until_ms=moment_ms))

    def left(self) -> dict[str, int]:
        """Count the rows of each table that has any."""
        with self.database.read() as connection:
            counts = {
                table.name: connection.execute(sa.select(sa.func.count()).select_from(table)).scalar()
                for table in metadata.sorted_tables
            }
        return {name: count for name, count in counts.items() if count}

    def events(self) -> list[Event]:
        """Take the published events, except those about categories, which are added to `category_events`."""
        outbox, taken = SqlOutbox(self.database, chassis.outbox, owner="t"), []
        while waiting := outbox.claim(100):
            for event in waiting:
                published = Event.from_json(event.to_json())
                (self.category_events if event.type.startswith("category.") else taken).append(published)
            outbox.mark_sent([event.id for event in waiting])
        return taken


@contextmanager
def new_world(url: str, *, imported: bool) -> Iterator[World]:
    """Yield a world on a database without tables, with all rows of the file or with none."""
    database = Database(url)
    migrate(database, "expenses")
    world = World(database)
    if imported:
        world.run()
        world.events()
    yield world
    database.close()
