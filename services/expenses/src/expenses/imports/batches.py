"""Writes the rows of one import, batch by batch, each in a transaction of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import NamedTuple

from chassis.runtime.clock import Clock
from chassis.runtime.ids import Ids
from expenses.books.model import Book
from expenses.categories.events import publish_categories
from expenses.categories.model import MOST_CATEGORIES, Category, colour_for, key_of
from expenses.entries.changes import apply_changes
from expenses.entries.model import Change, Expense, tags_in
from expenses.errors import NoRateError
from expenses.imports.fingerprints import Fingerprints, already_there
from expenses.imports.model import MOST_NOTES, Import
from expenses.imports.readers.rows import Row
from expenses.moments import whole_milliseconds
from expenses.rates.converter import Converter
from expenses.tasks.model import Task
from expenses.unit_of_work import ExpensesUnitOfWork
from money import Money, MoneyError

ROWS = 5000
"""Rows in one transaction: some 150 ms, for which other writers have to wait. Half as many cost a fifth more."""


class _Taken(NamedTuple):
    line: int
    expense: Expense
    """With the category that its name meant in the batch before, none if it did not occur."""
    category: str
    shortened: bool


@dataclass
class WrittenBatch:
    """What one transaction did; it counts once the transaction has committed."""

    task: Task
    days: Sequence[date] = ()
    duplicates: int = 0
    shortened: int = 0
    refused: list[tuple[int, str]] = field(default_factory=list)
    categories: Mapping[str, str | None] = field(default_factory=dict)
    """The ids of the categories that were named so far."""


class ImportBatches:
    """The rows of one import. Whatever the size of the file, no more than a batch of it is in memory."""

    def __init__(
        self, task: Task, book: Book, *, encoding: str, known: bool, converter: Converter, clock: Clock, ids: Ids, most: int = ROWS
    ) -> None:
        """`known`: whether the book has rows of earlier imports, among which there may be duplicates; `most`: rows in a batch."""
        self.task, self._book, self._known, self._most = task, book, known, most
        self._converter, self._ids, self._now = converter, ids, whole_milliseconds(clock())
        self._fingerprints = Fingerprints(encoding)
        self._batch: list[_Taken] = []
        self._categories: Mapping[str, str | None] = {}
        self._days: dict[str, date] = {}
        self.rows = self._imported = self._duplicates = self._failed = 0
        self._errors: list[tuple[int, str]] = []
        self._left_out: list[tuple[int, str]] = []
        self._left_out_count = self._shortened = 0
        self._first: date | None = None
        self._last: date | None = None

    def refuse(self, line: int, reason: str) -> None:
        """Count a row that cannot go in."""
        self.rows += 1
        self._refuse(line, reason)

    def _refuse(self, line: int, reason: str) -> None:
        self._failed += 1
        if len(self._errors) < MOST_NOTES:
            self._errors.append((line, reason))

    def leave_out(self, line: int, reason: str) -> None:
        """Note a row that is not a booking."""
        self._left_out_count += 1
        if len(self._left_out) < MOST_NOTES:
            self._left_out.append((line, reason))

    def take(self, line: int, row: Row, cells: Sequence[str]) -> bool:
        """Take a row for the next batch; return whether the batch is full."""
        amount, day = Money(row.minor, row.currency), self._day(row.spent_on)
        home, given = amount, False
        if row.currency != self._book.home_currency:
            try:
                home, given = self._home_of(amount, day, row.home_amount)
            except (NoRateError, MoneyError) as error:
                self.refuse(line, _why_not_converted(error, row, self._book.home_currency))
                return False
        self.rows += 1
        fingerprint, line_fingerprint = self._fingerprints.of(row, cells)
        expense = Expense(
            id=self._ids(),
            kind=row.kind,
            amount=amount,
            home_amount=home,
            home_amount_given=given,
            spent_on=day,
            payee=row.payee,
            description=row.description,
            category_id=self._categories.get(row.category),
            tags=tags_in(row.tags),
            note=row.note,
            import_id=self.task.id,
            fingerprint=fingerprint,
            line_fingerprint=line_fingerprint,
            author=self._book.author,
            created_at=self._now,
            updated_at=self._now,
        )
        self._batch.append(_Taken(line, expense, row.category, row.shortened))
        return len(self._batch) >= self._most

    def _day(self, text: str) -> date:
        day = self._days.get(text)
        if day is None:
            day = self._days[text] = date.fromisoformat(text)
        return day

    def _home_of(self, amount: Money, day: date, stated: Money | None) -> tuple[Money, bool]:
        """Return the amount in the home currency, and whether the file states it; raises NoRateError, MoneyError."""
        home_currency = self._book.home_currency
        try:
            converted = self._converter.home_of(amount, home_currency, day)
        except NoRateError:
            if stated is None:
                raise
            return self._converter.home_of(stated, home_currency, day), True
        if stated is None or stated.currency != home_currency or stated == converted:
            return converted, False
        return stated, True

    def write(self, uow: ExpensesUnitOfWork, book: Book) -> WrittenBatch:
        """Write the batch; call `count` with the result when the transaction has committed."""
        fresh = self._without_known(uow, book)
        written = WrittenBatch(self.task, duplicates=len(self._batch) - len(fresh))
        categories = _Categories(uow, book, self._ids)
        changes = []
        for line, expense, name, shortened in fresh:
            category_id, reason = categories.find(name)
            if reason:
                written.refused.append((line, reason))
            else:
                changes.append(Change(None, self._as_now(expense, book, category_id)))
                written.shortened += shortened
        if changes:
            written.days = [change.after.spent_on for change in changes if change.after]
            apply_changes(uow, book, changes, import_id=self.task.id, publish=uow.hold_changes)
        written.categories = categories.ids()
        written.task = replace(self.task, categories=(*self.task.categories, *categories.made))
        uow.tasks.put(book, written.task)
        return written

    def _as_now(self, expense: Expense, book: Book, category_id: str | None) -> Expense:
        """Return an expense with what has changed since it was taken."""
        if category_id != expense.category_id:
            expense = replace(expense, category_id=category_id)
        if book.home_currency == expense.home_amount.currency:
            return expense
        # The home currency was changed in the middle of the import.
        home = self._converter.moved_home(expense.amount, expense.home_amount, expense.spent_on, book.home_currency)
        return replace(expense, home_amount=home)

    def count(self, written: WrittenBatch) -> None:
        self._batch = []
        self.task, self._categories = written.task, written.categories
        self._duplicates += written.duplicates
        self._shortened += written.shortened
        for line, reason in written.refused:
            self._refuse(line, reason)
        if days := written.days:
            self._imported += len(days)
            self._first = min([self._first, *days] if self._first else days)
            self._last = max([self._last, *days] if self._last else days)

    def result(self, filename: str) -> Import:
        """Return what became of the file."""
        return Import(
            id=self.task.id,
            filename=filename,
            author=self._book.author,
            created_at=self._now,
            rows=self.rows,
            imported=self._imported,
            duplicates=self._duplicates,
            failed=self._failed,
            categories_created=len(self.task.categories),
            first_day=self._first,
            last_day=self._last,
            errors=tuple(sorted(self._errors)),
            left_out=tuple(self._left_out),
            left_out_count=self._left_out_count,
            shortened=self._shortened,
        )

    def _without_known(self, uow: ExpensesUnitOfWork, book: Book) -> list[_Taken]:
        """Leave out the rows that an earlier import brought."""
        if not self._known:
            return self._batch
        pairs = [(taken.expense.fingerprint or 0, taken.expense.line_fingerprint or 0) for taken in self._batch]
        there = already_there(uow, book, pairs)
        return [taken for taken, known in zip(self._batch, there, strict=True) if not known]


def _why_not_converted(error: Exception, row: Row, home_currency: str) -> str:
    if not isinstance(error, NoRateError):
        return f"The amount {error}."
    return (
        f"There is no exchange rate for {row.currency} on {row.spent_on}. "
        f"Change the amount to {home_currency} in the file, or add the expense by hand with both amounts."
    )


class _Categories:
    """The book's categories in one transaction; those that a file names are made if need be."""

    def __init__(self, uow: ExpensesUnitOfWork, book: Book, ids: Ids) -> None:
        self._uow, self._book, self._ids = uow, book, ids
        self._by_key = {category.key: category for category in uow.categories.all(book)}
        self._found: dict[str, tuple[str | None, str]] = {"": (None, "")}
        self.made: list[str] = []

    def find(self, name: str) -> tuple[str | None, str]:
        """Return the id of a category, and why there is none."""
        found = self._found.get(name)
        if found is None:
            found = self._found[name] = self._find(name)
        return found

    def ids(self) -> dict[str, str | None]:
        return {name: category_id for name, (category_id, _) in self._found.items()}

    def _find(self, name: str) -> tuple[str | None, str]:
        key = key_of(name)
        category = self._by_key.get(key)
        if category is None:
            if len(self._by_key) >= MOST_CATEGORIES:
                return None, f"{name[:40]!r} would be category {MOST_CATEGORIES + 1}, but {MOST_CATEGORIES} is the most."
            category = Category(
                self._ids(), name, colour_for(name, (other.colour for other in self._by_key.values())), author=self._book.author
            )
            self._uow.categories.add(self._book, category)
            publish_categories(self._uow, self._book, [category])
            self._by_key[key] = category
            self.made.append(category.id)
        return category.id, ""
