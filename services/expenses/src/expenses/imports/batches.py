"""Takes the rows of one import into the ledger, batch by batch, each in a transaction of its own."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, NamedTuple

from expenses.categories.events import announce_categories
from expenses.categories.model import MOST_CATEGORIES, Category, colour_for, key_of
from expenses.entries.changes import book
from expenses.entries.model import Change, Expense, milliseconds
from expenses.errors import NoRateError
from expenses.imports.fingerprints import Fingerprints, already_there
from expenses.imports.model import MOST_ERRORS_KEPT, Import
from money import Money, MoneyError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from expenses.home_currency.converter import Converter
    from expenses.imports.readers.rows import Row
    from expenses.jobs.model import ImportJob
    from expenses.ports import Clock, Ids, Owner, Work

ROWS = 5000
"""Rows in one transaction: some 150 ms, for which others who write have to wait. Half as many cost a fifth more."""


class _Taken(NamedTuple):
    line: int
    expense: Expense
    """With the category that the name of one meant in the batch before, none if it did not occur."""
    category: str
    shortened: bool


@dataclasses.dataclass
class Written:
    """What one transaction did; it counts once the transaction has committed."""

    job: ImportJob
    days: Sequence[str] = ()
    duplicates: int = 0
    shortened: int = 0
    refused: list[tuple[int, str]] = dataclasses.field(default_factory=list)
    categories: Mapping[str, str | None] = dataclasses.field(default_factory=dict)
    """What the names of categories mean now."""


class Intake:
    """One import under way. Whatever the size of the file, no more than a batch of it is in memory."""

    def __init__(
        self,
        job: ImportJob,
        owner: Owner,
        *,
        encoding: str,
        known: bool,
        converter: Converter,
        clock: Clock,
        ids: Ids,
        most: int = ROWS,
    ) -> None:
        """`known`: whether the owner has rows of earlier imports, among which there may be duplicates; `most`: rows in a batch."""
        self.job, self._owner, self._known, self._most = job, owner, known, most
        self._converter, self._ids, self._now = converter, ids, milliseconds(clock())
        self._fingerprints = Fingerprints(encoding)
        self._batch: list[_Taken] = []
        self._categories: Mapping[str, str | None] = {}
        self.rows = self._imported = self._duplicates = self._failed = 0
        self._errors: list[tuple[int, str]] = []
        self._left_out: list[tuple[int, str]] = []
        self._left_out_count = self._shortened = 0
        self._first: str | None = None
        self._last: str | None = None

    def refuse(self, line: int, reason: str) -> None:
        """Count a row that cannot go in."""
        self.rows += 1
        self._refuse(line, reason)

    def _refuse(self, line: int, reason: str) -> None:
        self._failed += 1
        if len(self._errors) < MOST_ERRORS_KEPT:
            self._errors.append((line, reason))

    def leave_out(self, line: int, reason: str) -> None:
        """Note a row that is no booking."""
        self._left_out_count += 1
        if len(self._left_out) < MOST_ERRORS_KEPT:
            self._left_out.append((line, reason))

    def take(self, line: int, row: Row, cells: Sequence[str]) -> bool:
        """Take a row for the next batch; return whether the batch is full."""
        home, given = row.minor, 0
        if row.currency != self._owner.home_currency:
            try:
                home, given = self._home_of(row)
            except (NoRateError, MoneyError) as error:
                self.refuse(line, _why_not_converted(error, row, self._owner.home_currency))
                return False
        self.rows += 1
        fingerprint, line_fingerprint = self._fingerprints.of(row, cells)
        expense = Expense(
            0,
            self._ids(),
            self._owner.number,
            row.kind,
            row.minor,
            row.currency,
            home,
            self._owner.home_currency,
            given,
            row.spent_on,
            row.payee,
            row.description,
            self._categories.get(row.category),
            row.tags,
            row.note,
            self.job.import_id,
            fingerprint,
            1,
            self._now,
            self._now,
            line_fingerprint,
        )
        self._batch.append(_Taken(line, expense, row.category, row.shortened))
        return len(self._batch) >= self._most

    def _home_of(self, row: Row) -> tuple[int, int]:
        """Return the amount in the home currency, and 1 if the file says it; raises NoRateError, MoneyError."""
        amount, stated, home_currency = Money(row.minor, row.currency), row.home_amount, self._owner.home_currency
        try:
            converted = self._converter.home_of(amount, home_currency, row.spent_on)
        except NoRateError:
            if stated is None:
                raise
            return self._converter.home_of(stated, home_currency, row.spent_on).minor, 1
        if stated is None or stated.currency != home_currency or stated == converted:
            return converted.minor, 0
        return stated.minor, 1

    def write(self, work: Work, owner: Owner) -> Written:
        """Write the batch; call `wrote` with what it returns when the transaction has committed."""
        fresh = self._without_known(work, owner)
        written = Written(self.job, duplicates=len(self._batch) - len(fresh))
        categories = _Categories(work, owner, self._ids)
        changes = []
        for line, expense, name, shortened in fresh:
            category_id, reason = categories.find(name)
            if reason:
                written.refused.append((line, reason))
            else:
                changes.append(Change(None, self._as_now(expense, owner, category_id)))
                written.shortened += shortened
        if changes:
            written.days = [change.after.spent_on for change in changes if change.after]
            book(work, owner, changes, import_id=self.job.import_id, announce=work.jobs.hold_changes)
        written.categories = categories.ids()
        written.job = dataclasses.replace(self.job, categories=(*self.job.categories, *categories.made))
        work.jobs.put(owner, written.job)
        return written

    def _as_now(self, expense: Expense, owner: Owner, category_id: str | None) -> Expense:
        """Return an expense with what has changed since it was taken."""
        if category_id != expense.category_id:
            expense = expense._replace(category_id=category_id)
        if owner.home_currency == expense.home_currency:
            return expense
        # Their home currency was changed in the middle of the import.
        moved = self._converter.moved_home(expense, owner.home_currency)
        return expense._replace(home_minor=moved.minor, home_currency=moved.currency)

    def wrote(self, written: Written) -> None:
        """Count a batch that is in the store."""
        self._batch = []
        self.job, self._categories = written.job, written.categories
        self._duplicates += written.duplicates
        self._shortened += written.shortened
        for line, reason in written.refused:
            self._refuse(line, reason)
        if days := written.days:
            self._imported += len(days)
            self._first = min([self._first, *days] if self._first else days)
            self._last = max([self._last, *days] if self._last else days)

    def result(self) -> Import:
        """Return what became of the file, without its name."""
        return Import(
            id=self.job.import_id,
            filename="",
            created_ms=self._now,
            rows=self.rows,
            imported=self._imported,
            duplicates=self._duplicates,
            failed=self._failed,
            categories_created=len(self.job.categories),
            first_day=self._first,
            last_day=self._last,
            errors=tuple(sorted(self._errors)),
            left_out=tuple(self._left_out),
            left_out_count=self._left_out_count,
            shortened=self._shortened,
        )

    def _without_known(self, work: Work, owner: Owner) -> list[_Taken]:
        """Leave out the rows that an earlier import brought."""
        if not self._known:
            return self._batch
        pairs = [(taken.expense.fingerprint or 0, taken.expense.line_fingerprint or 0) for taken in self._batch]
        there = already_there(work, owner, pairs)
        return [taken for taken, known in zip(self._batch, there, strict=True) if not known]


def _why_not_converted(error: Exception, row: Row, home_currency: str) -> str:
    if not isinstance(error, NoRateError):
        return f"The amount {error}."
    return (
        f"There is no exchange rate for {row.currency} on {row.spent_on}. "
        f"Change the amount to {home_currency} in the file, or add the expense by hand with both amounts."
    )


class _Categories:
    """The owner's categories in one transaction; those that a file names are made if need be."""

    def __init__(self, work: Work, owner: Owner, ids: Ids) -> None:
        self._work, self._owner, self._ids = work, owner, ids
        self._by_key = {category.key: category for category in work.categories.all(owner)}
        self._found: dict[str, tuple[str | None, str]] = {"": (None, "")}
        self.made: list[str] = []

    def find(self, name: str) -> tuple[str | None, str]:
        """Return the id of a category, and why there is none."""
        found = self._found.get(name)
        if found is None:
            found = self._found[name] = self._find(name)
        return found

    def ids(self) -> dict[str, str | None]:
        """Return the category of each name that was looked for."""
        return {name: category_id for name, (category_id, _) in self._found.items()}

    def _find(self, name: str) -> tuple[str | None, str]:
        key = key_of(name)
        category = self._by_key.get(key)
        if category is None:
            if len(self._by_key) >= MOST_CATEGORIES:
                return None, f"{name[:40]!r} would be category {MOST_CATEGORIES + 1}, but {MOST_CATEGORIES} is the most."
            category = Category(self._ids(), name, colour_for(name, (other.colour for other in self._by_key.values())))
            self._work.categories.add(self._owner, category)
            announce_categories(self._work, self._owner, [category])
            self._by_key[key] = category
            self.made.append(category.id)
        return category.id, ""
