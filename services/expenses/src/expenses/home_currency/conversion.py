"""Converts expenses to another home currency: a few in one transaction, many step by step, so that others need not wait."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date

from chassis.runtime.clock import Clock
from expenses.books.model import Book
from expenses.entries.changes import BATCH, apply_changes
from expenses.entries.filter import ExpenseFilter
from expenses.entries.model import Change, Expense
from expenses.errors import ConvertingError
from expenses.rates.converter import Converter
from expenses.tasks.model import Conversion, Task, TaskState
from expenses.unit_of_work import ExpensesUnitOfWork

ROWS = 500
"""Expenses that one transaction converts."""


class HomeCurrencyChange:
    """Converts the expenses of a book whose home currency has changed."""

    def __init__(self, converter: Converter, clock: Clock) -> None:
        self._converter, self._clock = converter, clock

    def begin(self, uow: ExpensesUnitOfWork, book: Book, task: Task) -> bool:
        """Take the first step of a task; return False if another one is in the way.

        The first step belongs to the transaction since which the new home currency holds: budgets must learn that they have to wait
        before they get an expense that is edited in the new currency.
        """
        if uow.tasks.find(book) is not None:
            return False
        self.step(uow, book, task)
        return True

    def step(self, uow: ExpensesUnitOfWork, book: Book, task: Task) -> bool:
        """Take the next step of a task; return whether there is more to do."""
        left = self.convert_some(uow, book, task.conversion) if task.conversion else None
        if left is None:
            uow.tasks.remove(book)
            return False
        uow.tasks.put(book, replace(task, conversion=left))
        return True

    def convert_some(self, uow: ExpensesUnitOfWork, book: Book, wanted: Conversion) -> Conversion | None:
        """Convert some expenses and, if those were the last, publish that; return what is left to do."""
        batch = uow.expenses.by_number(book, ExpenseFilter(), ROWS, wanted.last)
        # What was added or edited since the beginning is in the new currency already.
        others = [expense for expense in batch if expense.home_amount.currency != wanted.target]
        if others:
            # Part of these events too: budgets must not be judged while only some of the expenses are converted.
            change = {"version": wanted.version, "from": wanted.before, "to": wanted.target}
            changes = [Change(expense, self._converted(expense, wanted.target)) for expense in others]
            apply_changes(uow, book, changes, home_currency_changed=change)
        events = wanted.events + -(-len(others) // BATCH)
        if len(batch) == ROWS:
            return replace(wanted, last=batch[-1].number, events=events)
        self._publish_end(uow, book, wanted, events)
        return None

    def _converted(self, expense: Expense, currency: str) -> Expense:
        home = self._converter.moved_home(expense.amount, expense.home_amount, expense.spent_on, currency)
        return expense.revised(self._clock(), home_amount=home, home_amount_given=False)

    def _publish_end(self, uow: ExpensesUnitOfWork, book: Book, done: Conversion, events: int) -> None:
        rate = self._converter.rate_for_limits(done.before, done.target, date.fromisoformat(done.day))
        data = {
            **book.event_data,
            "version": done.version,
            "from": done.before,
            "to": done.target,
            "rate": None if rate is None else f"{rate:f}",
            "events": events,
        }
        uow.publish("expenses.converted", book.id, data)


def are_many(uow: ExpensesUnitOfWork, book: Book) -> bool:
    """Say whether a book has more expenses than one transaction converts."""
    return len(uow.expenses.by_number(book, ExpenseFilter(), ROWS, 0)) == ROWS


def is_converting(uow: ExpensesUnitOfWork, book: Book) -> bool:
    """Say whether only some of the expenses are in the new home currency."""
    task = uow.tasks.find(book)
    return task is not None and task.state is TaskState.CONVERTING


@contextmanager
def one_currency(uow: ExpensesUnitOfWork, book: Book) -> Iterator[None]:
    """Read sums inside; raises ConvertingError if only some of the expenses are in the new home currency meanwhile."""
    if is_converting(uow, book):
        raise ConvertingError(book.home_currency)
    yield
    # Not every store shows a reader one moment of it.
    now = uow.books.find(book.id)
    if now is not None and now.home_currency != book.home_currency:
        raise ConvertingError(now.home_currency)
