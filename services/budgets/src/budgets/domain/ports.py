"""What the rules need from the outside world."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol

from budgets.domain.budget import Budget
from budgets.domain.category import Category
from budgets.domain.conversion import Conversion
from budgets.domain.crossing import Crossing
from budgets.domain.expense import Entry, Expense, Scope, Slot
from budgets.domain.import_progress import ImportProgress
from budgets.domain.schedule import Period

Body = dict[str, Any]
"""JSON as it goes over the wire."""


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose budgets they are, as the request says."""

    user_id: str
    home_currency: str
    time_zone: str


class Ledger(Protocol):
    """What was spent: the last known state of each expense, and sums by day."""

    def entries(self, user_id: str, expense_ids: Collection[str]) -> dict[str, Entry]:
        """Return what is known of these expenses, by id."""

    def post(self, user_id: str, *, new: Sequence[Entry], changed: Sequence[Entry], sums: Mapping[Slot, int]) -> None:
        """Store entries that are new and some that are known, and add to the sums."""

    def total(self, user_id: str, scope: Scope, period: Period) -> int:
        """Return what was spent within a period."""

    def by_day(self, user_id: str, scope: Scope, first: date = date.min, last: date = date.max) -> dict[date, int]:
        """Return what was spent on each day that has spending, in order."""

    def first_day(self, user_id: str, scope: Scope) -> date | None:
        """Return the first day with spending."""

    def expenses_on(self, user_id: str, scope: Scope, days: Collection[date]) -> dict[date, list[Expense]]:
        """Return the expenses of some days, each day's in the order of their ids, which is that of recording."""


class Budgets(Protocol):
    """The budgets that people set."""

    def all(self, user_id: str) -> list[Budget]:
        """Return somebody's budgets."""

    def page(self, user_id: str, *, limit: int, after: tuple[str, str] | None) -> list[tuple[tuple[str, str], Budget]]:
        """Return somebody's budgets by name, each with its position, those after a position."""

    def get(self, user_id: str, budget_id: str) -> Budget | None:
        """Return one budget."""

    def add(self, budget: Budget) -> None:
        """Store a new one."""

    def replace(self, budget: Budget) -> None:
        """Store a known one."""

    def remove(self, user_id: str, budget_id: str) -> None:
        """Delete one, with its crossings."""


class Crossings(Protocol):
    """The crossings that are open; at most one for each budget, period and threshold."""

    def of(self, user_id: str, budget_ids: Collection[str], first: date = date.min, last: date = date.max) -> list[Crossing]:
        """Return those of periods that begin within these days."""

    def of_import(self, user_id: str, import_id: str) -> list[Crossing]:
        """Return those that an import opened and whose owner was not told yet."""

    def told_in(self, user_id: str, import_id: str) -> list[Crossing]:
        """Return those that the summary of an import has told of."""

    def open(self, user_id: str, crossings: Sequence[Crossing]) -> None:
        """Add some."""

    def close(self, user_id: str, crossings: Sequence[Crossing]) -> None:
        """Delete some."""


class People(Protocol):
    """What is known about the owners."""

    def time_zone(self, user_id: str) -> str:
        """Return where somebody's days begin; UTC as long as it is not known."""

    def meet(self, owner: Owner) -> None:
        """Remember an owner of whom nothing is known yet."""

    def update(self, user_id: str, *, time_zone: str, version: int) -> None:
        """Remember what somebody is like in this version, unless a newer one is known."""

    def forget(self, user_id: str) -> None:
        """Delete all rows of somebody, and remember that nothing more may be kept."""


class Categories(Protocol):
    """What is known of the categories."""

    def of(self, user_id: str, category_ids: Collection[str]) -> dict[str, Category]:
        """Return what is known of some of somebody's categories, by id; those that were removed too."""

    def foreign(self, user_id: str, category_ids: Collection[str]) -> set[str]:
        """Return those of some ids that are categories of somebody else."""

    def keep(self, user_id: str, categories: Sequence[Category]) -> None:
        """Store what some categories are now, unless a newer version is known."""

    def complete(self, user_id: str) -> bool:
        """Say whether all categories of somebody are known."""

    def note_complete(self, user_id: str) -> None:
        """Note that all categories of somebody are known."""


class Conversions(Protocol):
    """The changes of people's home currencies."""

    def of(self, user_id: str) -> list[Conversion]:
        """Return those of somebody, the oldest first."""

    def keep(self, user_id: str, change: Conversion) -> None:
        """Store one, new or known."""


class Imports(Protocol):
    """How far imports have come that are not reviewed yet."""

    def get(self, user_id: str, import_id: str) -> ImportProgress | None:
        """Return one."""

    def keep(self, user_id: str, progress: ImportProgress) -> None:
        """Store one, new or known."""

    def remove(self, user_id: str, import_id: str) -> None:
        """Delete one."""


class View(Protocol):
    """One moment of the store."""

    @property
    def imports(self) -> Imports:
        """Imports that are not reviewed yet."""

    @property
    def conversions(self) -> Conversions:
        """Changes of the home currency."""

    @property
    def categories(self) -> Categories:
        """What may be spent on."""

    @property
    def ledger(self) -> Ledger:
        """What was spent."""

    @property
    def budgets(self) -> Budgets:
        """What was meant to be spent."""

    @property
    def crossings(self) -> Crossings:
        """Where the one is over the other."""

    @property
    def people(self) -> People:
        """Whose it is."""


class Work(View, Protocol):
    """A transaction for one owner: nobody else writes for this owner until it ends."""

    def first_time(self, event_id: str) -> bool:
        """Note that an event is being handled; False if it was before."""

    def once(self, key: str | None, request: Body, action: Callable[[], Body]) -> Body:
        """Carry out an action, or return what it returned when this key came before."""

    def announce(self, kind: str, subject: str, data: Body) -> None:
        """Tell everybody who listens, when the transaction has ended well."""


class Store(Protocol):
    """Where it is all kept."""

    def read(self) -> AbstractContextManager[View]:
        """Look at one moment."""

    def stale_imports(self, before: datetime) -> list[tuple[str, str]]:
        """Return (user id, import id) of imports of which nothing was heard since a moment."""

    def write(self, user_id: str, *, caused_at: datetime | None = None) -> AbstractContextManager[Work]:
        """Change things of one owner, all or nothing; what is announced happened at `caused_at`, or now. Raises DepartedError."""
