"""Expenses as budgets see them: what each was at last, and the step from one state to the next."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from money import Money

NO_CATEGORY = ""


@dataclass(frozen=True, slots=True)
class Slot:
    """What spending is summed up by."""

    currency: str
    category_id: str
    day: date


@dataclass(frozen=True, slots=True)
class Expense:
    """Money that was spent. Income is no expense."""

    id: str
    day: date
    category_id: str
    """NO_CATEGORY if it has none."""
    home: Money
    """What counts: the amount in the home currency of its owner."""
    amount: Money
    """What was paid, as the owner knows it."""
    payee: str

    @property
    def slot(self) -> Slot:
        """Where it is added up."""
        return Slot(self.home.currency, self.category_id, self.day)


@dataclass(frozen=True, slots=True)
class Entry:
    """The last known state of an expense.

    What was removed, or turned into income, keeps its version with no expense, so that news which comes late is known to be old.
    """

    expense_id: str
    version: int
    expense: Expense | None


@dataclass(frozen=True, slots=True)
class Step:
    """An expense was this and is that."""

    before: Expense | None
    after: Expense | None

    @property
    def sides(self) -> tuple[tuple[Expense, int], ...]:
        """What it takes away (-1) and what it adds (+1)."""
        taken = ((self.before, -1),) if self.before else ()
        added = ((self.after, 1),) if self.after else ()
        return (*taken, *added)


@dataclass(frozen=True, slots=True)
class Scope:
    """Which expenses count: those of one home currency and of some categories, or of all if none is named."""

    currency: str
    category_ids: tuple[str, ...]

    def covers(self, expense: Expense) -> bool:
        """Say whether an expense counts."""
        return expense.home.currency == self.currency and (not self.category_ids or expense.category_id in self.category_ids)
