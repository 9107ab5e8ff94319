"""A budget: a limit on what is spent in each of its periods, and the thresholds at which its owner is told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from budgets.domain.expense import Scope
from budgets.domain.schedule import Period, Schedule
from money import Money

FULL = 100
"""The threshold that every budget has: it is crossed by spending more than the limit; those below, by reaching their share."""


class Rollover(StrEnum):
    """What a period hands on to the next one, from the anchor on."""

    NONE = "none"
    UNSPENT = "unspent"
    ALL = "all"


class State(StrEnum):
    """How a period stands, for a traffic light."""

    OK = "ok"
    NEAR = "near"
    EXCEEDED = "exceeded"


@dataclass(frozen=True, slots=True)
class Standing:
    """One period of a budget. `limit` is the amount with what was handed on; it may be negative."""

    period: Period
    limit: Money
    spent: Money
    percent: int
    """Rounded down."""
    state: State

    @property
    def remaining(self) -> Money:
        """What may still be spent; negative if it is too late."""
        return self.limit - self.spent


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """What somebody means to spend at most, on some categories, in each period."""

    id: str
    user_id: str
    name: str
    scope: Scope
    amount: Money
    schedule: Schedule
    thresholds: tuple[int, ...]
    """Percent of the limit, ascending, FULL at the end."""
    rollover: Rollover
    version: int
    created_at: datetime
    has_gone: bool = False
    """Whether some of its categories were deleted, or are not known."""
    awaiting: bool = False
    """Whether its owner's expenses are being converted into another home currency, so that it cannot be judged."""

    def has_rules_of(self, other: Budget) -> bool:
        """Say whether the same expenses would cross the same thresholds: all but the name is equal."""
        return self._rules == other._rules

    @property
    def _rules(self) -> tuple[object, ...]:
        return self.scope, self.amount, self.schedule, self.thresholds, self.rollover

    def reaches(self, threshold: int, *, spent: int, limit: int) -> bool:
        """Say whether spending (minor units) has crossed a threshold.

        It takes an expense to cross one: where earlier periods left less than nothing, an empty period has crossed nothing yet.
        """
        if spent <= 0:
            return False
        return spent > limit if threshold == FULL else spent * FULL >= limit * threshold

    def level(self, *, spent: int, limit: int) -> int:
        """Return the highest threshold that is crossed, 0 if none is. All below a crossed one are crossed as well."""
        reached = (t for t in reversed(self.thresholds) if self.reaches(t, spent=spent, limit=limit))
        return next(reached, 0)

    def standing(self, period: Period, *, spent: int, limit: int) -> Standing:
        """Say how a period stands, in minor units."""
        currency = self.amount.currency
        percent = self._percent(spent=spent, limit=limit)
        return Standing(period, Money(limit, currency), Money(spent, currency), percent, self._state(spent=spent, limit=limit))

    def _state(self, *, spent: int, limit: int) -> State:
        if spent > limit:
            return State.EXCEEDED
        lowest = self.thresholds[0]
        return State.NEAR if lowest < FULL and spent * FULL >= limit * lowest else State.OK

    def _percent(self, *, spent: int, limit: int) -> int:
        if limit > 0:
            return spent * FULL // limit
        # Nothing may be spent, so there is nothing to be a share of; what earlier periods overspent counts against the amount.
        return (spent + self.amount.minor - limit) * FULL // self.amount.minor
