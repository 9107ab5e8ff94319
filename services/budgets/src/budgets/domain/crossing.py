"""Crossings: that a period went over a threshold and has not come back, and which expense did it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from budgets.domain.expense import Expense
from budgets.domain.schedule import Period


@dataclass(frozen=True, slots=True)
class Tip:
    """What took a period over a threshold."""

    expense: Expense | None
    """None if no expense did: the limit itself shrank."""
    spent_then: int
    """The period's spending right after it, in minor units."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Crossing:
    """An edge, not a level: it opens once, and while it is open no further expense opens it again."""

    id: str
    budget_id: str
    period: Period
    threshold: int
    tip: Tip
    currency: str
    announced: bool
    """Whether the owner was told, and so has to be told when it no longer holds."""
    at: datetime
    import_id: str | None = None
    """The import whose expenses opened it; its owner will be told of it in the summary of that import."""
    told_in: str | None = None
    """The import whose summary has told of it; if that is undone, the summary is withdrawn."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """How one period of a budget came out after something changed."""

    period: Period
    limit: int
    spent: int
    level: int
    """The highest threshold that is crossed, 0 if none is."""
    tips: dict[int, Tip]
    """By threshold: what crossed it, where that is news."""
