"""Point queries and inserts a second through the expenses store, beside the bare driver running the same statements."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from chassis.messaging.events import event_maker
from chassis.runtime.clock import system_clock
from chassis.runtime.ids import uuid7
from expenses.entries.api import expense_body
from expenses.entries.service import ExpenseService, ExpenseWithReceipts
from expenses.rates.converter import Converter
from expenses.unit_of_work import ExpensesStore
from load.databases import BareDriver, Recording, a_second, databases, opened, recorded
from support.expense_rows import record_expense
from testing.fakes.callers import a_caller

if TYPE_CHECKING:
    from collections.abc import Callable

    from chassis.storage.database import Database
    from load.table import Table

ROUNDS = 9
_TIMES = {"SQLite": 300, "MariaDB": 150, "Db2's wire": 25}
_BEFORE = 300
"""Expenses that are there already."""


class _NoRates:
    def rate(self, *_asked: Any) -> Any:
        message = "everything is in euros"
        raise AssertionError(message)


class Books:
    """The expenses of one person in a database."""

    def __init__(self, database: Database) -> None:
        """Record some expenses."""
        self.database, self.caller = database, a_caller(uuid7())
        store = ExpensesStore(database, event_maker("expenses", system_clock, uuid7))
        self._expenses = ExpenseService(store, Converter(_NoRates()), system_clock, uuid7)
        self._ids = [self.add()["id"] for _ in range(_BEFORE)]
        self._turn = 0

    def add(self) -> dict[str, Any]:
        """Record one expense, with its totals and its event."""
        return expense_body(ExpenseWithReceipts(record_expense(self._expenses, self.caller, payee="Blue Bottle")))

    def read(self) -> dict[str, Any]:
        """Read one expense, with its receipts."""
        self._turn += 1
        return expense_body(self._expenses.get(self.caller, self._ids[self._turn % len(self._ids)]))

    @property
    def kept(self) -> set[str]:
        """The ids that stay the same when statements are repeated."""
        return {self.caller.user_id, *self._ids}


def point(folder: Path, table: Table, *, sizes: tuple[int, ...]) -> None:
    """One expense read, and one added: our code and the bare driver take turns."""
    with databases(folder) as known:
        for name, url in known.items():
            with opened(url(), "expenses") as database:
                books = Books(database)
                for what, work in {"reads of one expense": books.read, "expenses added": books.add}.items():
                    _compare(table, f"{name}: {what}", books, work, _TIMES[name])


def _compare(table: Table, what: str, books: Books, work: Callable[[], object], times: int) -> None:
    with recorded(books.database) as recording:
        work()
    bare, kept = BareDriver(books.database), books.kept
    ours, floor = [], []
    for number in range(ROUNDS + 1):
        rates = a_second(work, times), a_second(lambda: bare.repeat(recording, kept), times)
        if number:  # the first warms up
            ours.append(rates[0])
            floor.append(rates[1])
    bare.close()
    table.add_rounds(f"{what}, {_cost(recording)}", ours, "/s", floor, aim="0.5 x")


def _cost(recording: Recording) -> str:
    return f"{recording.counted} statements, 1 commit"


ALL: dict[str, Callable[..., None]] = {"stores": point}
