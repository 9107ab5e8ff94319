"""What the domain needs of the outside: a store that works in transactions, exchange rates, a clock and ids."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Protocol, TypeVar

from expenses.categories.model import Category
from expenses.entries.model import Change, Expense
from expenses.imports.model import Import
from expenses.imports.readers.dates import Months
from expenses.imports.remembered import Remembered
from expenses.jobs.model import ImportJobs
from expenses.receipts.ports import Receipts
from expenses.reports.totals import Spans, Total

T = TypeVar("T")
Clock = Callable[[], datetime]
Ids = Callable[[], str]
Position = Sequence[Any]
"""Where a page ended: the value that it is sorted by and what tells equal ones apart."""


@dataclass(frozen=True)
class Who:
    """Who asks, as the token says."""

    user_id: str
    home_currency: str
    locale: str = "en"


@dataclass(frozen=True)
class Owner:
    """Who the rows belong to. Rows carry the short number, which keeps the indexes a third of their size."""

    number: int
    user_id: str
    home_currency: str
    version: int = 0
    """Of the last user.changed that was applied."""


@dataclass(frozen=True)
class Repeat:
    """What tells that a request came before."""

    key: str | None
    fingerprint: str


@dataclass(frozen=True, kw_only=True)
class Filter:
    """Which expenses are meant; days are ISO days, amounts minor units of the home currency."""

    first: str | None = None
    last: str | None = None
    categories: tuple[str, ...] = ()
    """In any of these: ids, and "none" for those without one; empty for all."""
    payee: str | None = None
    text: str | None = None
    tag: str | None = None
    currency: str | None = None
    """That it was paid in."""
    least: int | None = None
    most: int | None = None
    kind: str | None = None
    import_id: str | None = None


class Rates(Protocol):
    """Exchange rates of the past."""

    def rate(self, source: str, target: str, day: str) -> Decimal:
        """Return how much of `target` one `source` was on that day, or the last working day before. Raises NoRateError."""

    def nearest(self, source: str, target: str, day: str) -> Decimal:
        """Return the rate of the nearest day that has one. Raises NoRateError if no day has."""


class MonthNames(Protocol):
    """The names of months in many languages."""

    def languages(self, locale: str) -> Sequence[Months]:
        """Return the names of each language, the one of the locale first."""


class Owners(Protocol):
    """The people whose rows these are."""

    def hold(self, who: Who) -> Owner:
        """Return who asks, noted at the first call, and let nobody else write for them until the transaction ends.

        Raises:
            DepartedError: if the account was deleted.
        """

    def find(self, user_id: str) -> Owner | None:
        """Return the owner, None if nothing was ever written for them."""

    def find_locked(self, user_id: str) -> Owner | None:
        """Return the owner as `find` does, and let nobody else write for them until the transaction ends."""

    def unannounced(self, limit: int) -> list[str]:
        """Return some owners with categories that were not announced, or of whom nothing was announced yet."""

    def note_announced(self, owner: Owner) -> None:
        """Note that all categories of an owner are announced."""

    def change(self, owner: Owner) -> None:
        """Keep another home currency and version."""

    def forget(self, owner: Owner) -> None:
        """Delete every row of theirs, and note that they left."""

    def departed_lately(self) -> list[str]:
        """Return who left within the last day."""


class Expenses(Protocol):
    """The ledger's rows."""

    def get(self, owner: Owner, expense_id: str) -> Expense | None:
        """Return one expense."""

    def add(self, expenses: Sequence[Expense]) -> None:
        """Insert."""

    def replace(self, changes: Sequence[tuple[Expense, Expense]]) -> None:
        """Overwrite, found by number; each change is what an expense was and what it is."""

    def remove(self, expenses: Sequence[Expense]) -> None:
        """Delete."""

    def page(self, owner: Owner, wanted: Filter, sort: str, limit: int, after: Position | None = None) -> list[Expense]:
        """Return up to `limit` expenses, sorted by spent_on, -spent_on, amount or -amount."""

    def by_number(self, owner: Owner, wanted: Filter, limit: int, after: int) -> list[Expense]:
        """Return up to `limit` expenses in the order in which they were stored; of the filter only category and import count."""

    def count(self, owner: Owner, wanted: Filter) -> int:
        """Count expenses by category."""

    def sums(self, owner: Owner, wanted: Filter, by: str) -> list[tuple[str, str, int, int]]:
        """Return (key, kind, home_minor, entries) summed by `day`, `category` or `payee`; the key of no category is empty."""

    def any_imported(self, owner: Owner) -> bool:
        """Say whether an import ever brought an expense that is still there."""

    def known(self, owner: Owner, fingerprints: Sequence[int]) -> set[int]:
        """Return those fingerprints that expenses have already."""

    def known_lines(self, owner: Owner, fingerprints: Sequence[int]) -> set[int]:
        """Return those fingerprints of lines that expenses have already."""


class Trashed(Protocol):
    """Deleted expenses that can be restored."""

    def put(self, expense: Expense, now_ms: int) -> None:
        """Keep an expense that is being deleted."""

    def take(self, owner: Owner, expense_id: str) -> Expense | None:
        """Return a deleted expense, which is not kept any more; None if there is none. Its number is 0: it gets another one."""

    def purge(self, before_ms: int, limit: int) -> int:
        """Delete up to `limit` expenses, and their receipts, that were deleted before a moment; return how many were found."""


class Categories(Protocol):
    """The categories of each owner."""

    def all(self, owner: Owner) -> list[Category]:
        """Return them by name."""

    def get(self, owner: Owner, category_id: str) -> Category | None:
        """Return one."""

    def add(self, owner: Owner, category: Category) -> None:
        """Insert."""

    def replace(self, owner: Owner, category: Category) -> None:
        """Overwrite."""

    def remove(self, owner: Owner, category: Category) -> None:
        """Delete."""


class Imports(Protocol):
    """What was imported."""

    def get(self, owner: Owner, import_id: str) -> Import | None:
        """Return one."""

    def add(self, owner: Owner, done: Import) -> None:
        """Insert."""

    def replace(self, owner: Owner, done: Import) -> None:
        """Overwrite."""

    def page(self, owner: Owner, limit: int, after: Position | None) -> list[Import]:
        """Return up to `limit`, newest first."""


class Mappings(Protocol):
    """How people had files of each shape read."""

    def get(self, owner: Owner, shape: str) -> Remembered | None:
        """Return the correction of files of a shape."""

    def put(self, owner: Owner, kept: Remembered) -> None:
        """Store a correction in the place of the one before; the hundred that were used last are kept for each owner."""

    def remove(self, owner: Owner, shape: str) -> None:
        """Forget a correction, if there is one."""

    def forget(self, owner: Owner, import_id: str) -> None:
        """Forget the corrections that an import was the last to confirm."""


class Totals(Protocol):
    """The running totals."""

    def add(self, owner: Owner, deltas: Iterable[Total]) -> None:
        """Add to each total; one that nothing is left in disappears."""

    def by_bucket(self, owner: Owner, spans: Spans) -> list[tuple[str, str, int, int]]:
        """Return (bucket, kind, home_minor, entries) summed over the spans."""

    def by_span(self, owner: Owner, spans: Spans, buckets: Sequence[str] = ()) -> list[tuple[str, str, int, int]]:
        """Return (span, kind, home_minor, entries) summed over the buckets, or over those that are given."""

    def clear(self, owner: Owner) -> None:
        """Delete all of them."""


class Work(Protocol):
    """One transaction."""

    owners: Owners
    expenses: Expenses
    categories: Categories
    imports: Imports
    jobs: ImportJobs
    mappings: Mappings
    totals: Totals
    receipts: Receipts
    trash: Trashed

    def answered(self, user_id: str, repeat: Repeat) -> dict[str, Any] | None:
        """Return what `once` returned when the same request came before, None if it did not."""

    def once(self, user_id: str, repeat: Repeat, action: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        """Carry out the action, or return what it returned when the same request came before."""

    def first_time(self, event_id: str) -> bool:
        """Note an event; False if it was noted before."""

    def announce(self, kind: str, owner: Owner, data: dict[str, Any]) -> None:
        """Tell that something happened, if the transaction commits."""

    def announce_changes(
        self, kind: str, owner: Owner, import_id: str | None, changes: Sequence[Change], more: Mapping[str, Any]
    ) -> None:
        """Tell of changes to expenses, if the transaction commits; `more` are further members of the event's data."""


class Store(Protocol):
    """Where it all is kept."""

    def writing(self) -> AbstractContextManager[Work]:
        """Begin a transaction that commits at the end and rolls back on an exception."""

    def reading(self) -> AbstractContextManager[Work]:
        """Begin a transaction that only reads."""

    def run(self, action: Callable[[Work], T]) -> T:
        """Run a writing transaction, and again if another one was in its way: `action` does nothing that is not rolled back."""
