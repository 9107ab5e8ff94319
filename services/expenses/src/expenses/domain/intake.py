"""Takes the rows of one import into the ledger, batch by batch."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from expenses.domain.booking import BATCH, book
from expenses.domain.category import MOST_CATEGORIES, Category, colour_for, key_of
from expenses.domain.csvfile.rows import Row
from expenses.domain.errors import NoRateError
from expenses.domain.expense import INCOME, Change, Expense, milliseconds
from expenses.domain.imports import MOST_ERRORS_KEPT, Import
from expenses.domain.occurrences import Occurrences
from expenses.domain.totals import Deltas
from money import Money, MoneyError

if TYPE_CHECKING:
    from expenses.domain.conversion import Converter
    from expenses.domain.ports import Clock, Ids, Owner, Work

_MOST_TOTALS = 20_000
"""Totals that are kept in memory before they are written."""


_Taken = tuple[int, Row, int, int]
"""Line, row, minor units of the home currency, fingerprint."""


class Intake:
    """One import under way. Whatever the size of the file, no more than a batch of it is in memory."""

    def __init__(self, work: Work, owner: Owner, converter: Converter, clock: Clock, ids: Ids) -> None:
        self._work, self._owner, self._converter, self._ids = work, owner, converter, ids
        self._id, self._now = ids(), milliseconds(clock())
        self._categories = {category.key: category for category in work.categories.all(owner)}
        self._category_of: dict[str, str | None] = {"": None}
        self._created = 0
        self._occurrences = Occurrences()
        self._deltas = Deltas()
        self._known = work.expenses.any_imported(owner)
        self._batch: list[_Taken] = []
        self.rows = self._imported = self._duplicates = self._failed = 0
        self._errors: list[tuple[int, str]] = []
        self._first: str | None = None
        self._last: str | None = None

    def refuse(self, line: int, reason: str) -> None:
        """Count a row that cannot go in."""
        self.rows += 1
        self._failed += 1
        if len(self._errors) < MOST_ERRORS_KEPT:
            self._errors.append((line, reason))

    def take(self, line: int, row: Row) -> None:
        """Take a row in."""
        home_currency = self._owner.home_currency
        home = row.minor
        if row.currency != home_currency:
            try:
                home = self._converter.home_of(Money(row.minor, row.currency), home_currency, row.spent_on).minor
            except (NoRateError, MoneyError) as error:
                self.refuse(line, str(error))
                return
        self.rows += 1
        self._batch.append((line, row, home, self._fingerprint(row)))
        if len(self._batch) >= BATCH:
            self._flush()

    def finish(self, filename: str) -> Import:
        """Write what is left; return what became of the file."""
        self._flush()
        self._work.totals.add(self._owner, self._deltas.totals())
        return Import(
            id=self._id, filename=filename, created_ms=self._now, rows=self.rows, imported=self._imported,
            duplicates=self._duplicates, failed=self._failed, categories_created=self._created,
            first_day=self._first, last_day=self._last, errors=tuple(sorted(self._errors)),
        )  # fmt: skip

    def _flush(self) -> None:
        batch, self._batch = self._batch, []
        fresh = self._without_known(batch)
        changes = [change for taken in fresh if (change := self._change(taken)) is not None]
        if not changes:
            return
        book(self._work, self._owner, changes, import_id=self._id, deltas=self._deltas)
        self._imported += len(changes)
        days = [taken[1].spent_on for taken in fresh]
        self._first = min([self._first, *days] if self._first else days)
        self._last = max([self._last, *days] if self._last else days)
        if len(self._deltas) > _MOST_TOTALS:
            self._work.totals.add(self._owner, self._deltas.totals())
            self._deltas = Deltas()

    def _without_known(self, batch: list[_Taken]) -> list[_Taken]:
        """Leave out the rows that an earlier import brought."""
        if not self._known:
            return batch
        known = self._work.expenses.known(self._owner, [taken[3] for taken in batch])
        fresh = [taken for taken in batch if taken[3] not in known]
        self._duplicates += len(batch) - len(fresh)
        return fresh

    def _change(self, taken: _Taken) -> Change | None:
        line, row, home, fingerprint = taken
        try:
            category_id = self._category_of[row.category]
        except KeyError:
            category_id = self._category(row.category)
            if category_id is None:
                self.rows -= 1
                self.refuse(line, f"{row.category[:40]} would be category {MOST_CATEGORIES + 1}; {MOST_CATEGORIES} is the most")
                return None
        return Change(None, Expense(
            0, self._ids(), self._owner.number, row.kind, row.minor, row.currency, home, self._owner.home_currency, 0, row.spent_on,
            row.payee, row.description, category_id, row.tags, row.note, self._id, fingerprint, 1, self._now, self._now,
        ))  # fmt: skip

    def _category(self, name: str) -> str | None:
        """Return the id of a category, made if need be; None if there are too many."""
        key = key_of(name)
        category = self._categories.get(key)
        if category is None:
            if len(self._categories) >= MOST_CATEGORIES:
                return None
            category = Category(self._ids(), name, colour_for(name, (other.colour for other in self._categories.values())))
            self._work.categories.add(self._owner, category)
            self._created += 1
            self._categories[key] = category
        self._category_of[name] = category.id
        return category.id

    def _fingerprint(self, row: Row) -> int:
        """Return what tells this row from all others; the second of two equal rows in one file is another one than the first."""
        sign = "+" if row.kind == INCOME else "-"
        text = f"{row.spent_on}\x1f{sign}{row.minor}\x1f{row.currency}\x1f{row.payee}\x1f{row.description}"
        number = _hash(row.spent_on, text)
        times = self._occurrences.count(number)
        return number if times == 1 else _hash(row.spent_on, f"{text}\x1f{times}")


def _hash(day: str, text: str) -> int:
    """Return a number that every store keeps in eight bytes: the day, and behind it 40 bits of a hash.

    A file in order of days then fills the store's index from one end, which is several times faster than all over.
    """
    digest = hashlib.blake2b(text.encode(), digest_size=5).digest()
    return (int(day[:4]) * 372 + int(day[5:7]) * 31 + int(day[8:])) << 40 | int.from_bytes(digest)
