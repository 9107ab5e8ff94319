"""Budgets, the expenses that count against them, and the thresholds that they cross. Sums are in minor units."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from budgets.periods import Period, Schedule
from money import Money

NO_CATEGORY = ""
FULL = 100
"""The threshold that every budget has: spending more than the limit crosses it. A lower one is crossed by reaching its share."""


@dataclass(frozen=True, slots=True)
class SpendingKey:
    """What spending is summed by."""

    currency: str
    category_id: str
    day: date


@dataclass(frozen=True, slots=True)
class Expense:
    """Money that was spent. Income is not an expense."""

    id: str
    day: date
    category_id: str
    """NO_CATEGORY if it has none."""
    home_amount: Money
    """What counts: the amount in the home currency."""
    amount: Money
    """What was paid."""
    payee: str

    @property
    def key(self) -> SpendingKey:
        """The sum that it is part of."""
        return SpendingKey(self.home_amount.currency, self.category_id, self.day)


@dataclass(frozen=True, slots=True)
class ExpenseVersion:
    """An expense as of one version.

    One that was deleted, or turned into income, keeps its version without a state, so that late events are recognized as old.
    """

    expense_id: str
    version: int
    expense: Expense | None


@dataclass(frozen=True, slots=True)
class ExpenseChange:
    """What an expense was, and what it is now."""

    before: Expense | None
    after: Expense | None

    @property
    def parts(self) -> tuple[tuple[Expense, int], ...]:
        """What the change takes away (-1) and what it adds (+1)."""
        taken = ((self.before, -1),) if self.before else ()
        added = ((self.after, 1),) if self.after else ()
        return (*taken, *added)


@dataclass(frozen=True, slots=True)
class Scope:
    """Which expenses count: those in one home currency and in some categories, or in all if none is named."""

    currency: str
    category_ids: tuple[str, ...]

    def covers(self, expense: Expense) -> bool:
        return expense.home_amount.currency == self.currency and (not self.category_ids or expense.category_id in self.category_ids)


class Rollover(StrEnum):
    """What a period hands on to the next one, from the anchor on."""

    NONE = "none"
    UNSPENT = "unspent"
    ALL = "all"


class State(StrEnum):
    """How a period stands, at a glance."""

    OK = "ok"
    NEAR = "near"
    EXCEEDED = "exceeded"


@dataclass(frozen=True, slots=True)
class PeriodStatus:
    """How one period of a budget stands. `limit` is the amount with what was rolled over; it may be negative."""

    period: Period
    limit: Money
    spent: Money
    percent: int
    """Rounded down."""
    state: State

    @property
    def remaining(self) -> Money:
        """What may still be spent; negative if the limit is exceeded."""
        return self.limit - self.spent


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """How much may be spent, on some categories, in each period."""

    id: str
    book_id: str
    name: str
    scope: Scope
    amount: Money
    schedule: Schedule
    thresholds: tuple[int, ...]
    """Percent of the limit, ascending, with FULL at the end."""
    rollover: Rollover
    version: int
    created_at: datetime
    author: str | None = None
    """Who created it; None is the person whose id the book has."""
    has_missing_categories: bool = False
    """Whether some of its categories were deleted, or are unknown."""
    awaits_conversion: bool = False
    """Whether the expenses are being converted into another home currency, so that it cannot be assessed."""

    def has_rules_of(self, other: Budget) -> bool:
        """Say whether the same expenses would cross the same thresholds: all but the name is equal."""
        return self._rules == other._rules

    @property
    def _rules(self) -> tuple[object, ...]:
        return self.scope, self.amount, self.schedule, self.thresholds, self.rollover

    def is_crossed(self, threshold: int, *, spent: int, limit: int) -> bool:
        """Say whether spending has crossed a threshold.

        That takes an expense: where earlier periods left less than nothing, an empty period has crossed nothing yet.
        """
        if spent <= 0:
            return False
        return spent > limit if threshold == FULL else spent * FULL >= limit * threshold

    def level(self, *, spent: int, limit: int) -> int:
        """Return the highest threshold that is crossed, 0 if none is. All below a crossed one are crossed too."""
        crossed = (t for t in reversed(self.thresholds) if self.is_crossed(t, spent=spent, limit=limit))
        return next(crossed, 0)

    def status(self, period: Period, *, spent: int, limit: int) -> PeriodStatus:
        currency = self.amount.currency
        percent, state = self._percent(spent=spent, limit=limit), self._state(spent=spent, limit=limit)
        return PeriodStatus(period, Money(limit, currency), Money(spent, currency), percent, state)

    def _state(self, *, spent: int, limit: int) -> State:
        if spent > limit:
            return State.EXCEEDED
        lowest = self.thresholds[0]
        return State.NEAR if lowest < FULL and spent * FULL >= limit * lowest else State.OK

    def _percent(self, *, spent: int, limit: int) -> int:
        if limit > 0:
            return spent * FULL // limit
        # There is no limit to be a share of; what earlier periods overspent counts against the amount instead.
        return (spent + self.amount.minor - limit) * FULL // self.amount.minor

    def moves(self, change: ExpenseChange) -> Iterator[tuple[int, int]]:
        """Yield (number of the period, minor units added) for what a change of an expense means to this budget."""
        for expense, sign in change.parts:
            if self.scope.covers(expense):
                yield self.schedule.number_of(expense.day), sign * expense.home_amount.minor


@dataclass(frozen=True, slots=True)
class BudgetView:
    """A budget as people see it, with its current period."""

    budget: Budget
    current: PeriodStatus
    category_ids: tuple[str, ...]
    missing_category_ids: tuple[str, ...]
    """Those that were deleted, or never existed."""


@dataclass(frozen=True, slots=True)
class Trigger:
    """What took a period over a threshold."""

    expense: Expense | None
    """None if no expense did, because the limit itself shrank."""
    spent_then: int
    """The period's spending right after it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Crossing:
    """A period went over a threshold and has not come back. It opens once; while it is open no expense opens it again."""

    id: str
    budget_id: str
    period: Period
    threshold: int
    trigger: Trigger
    currency: str
    announced: bool
    """Whether it was published, so that its end has to be published too."""
    at: datetime
    import_id: str | None = None
    """The import that opened it, until the summary of that import reports it."""
    reported_in: str | None = None
    """The import whose summary reported it; if that import is undone, the summary is withdrawn."""
