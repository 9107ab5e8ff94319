"""The tools' arguments and results. Amounts are in the home currency unless stated otherwise."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import Enum
from typing import Any

from money import Money


class Kind(Enum):
    """Whether money was spent or received."""

    EXPENSE = "expense"
    INCOME = "income"


class By(Enum):
    """What sums can be grouped by."""

    CATEGORY = "category"
    PAYEE = "payee"
    MONTH = "month"
    DAY = "day"


class Order(Enum):
    """How entries can be sorted."""

    NEWEST = "-spent_on"
    OLDEST = "spent_on"
    LARGEST = "-amount"
    SMALLEST = "amount"


@dataclass(frozen=True, slots=True)
class Category:
    """One of the person's categories."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Selection:
    """Which entries: those that match every condition."""

    kind: Kind = Kind.EXPENSE
    first: date | None = None
    last: date | None = None
    """Both days included."""
    categories: tuple[Category, ...] = ()
    """In any of these."""
    uncategorised: bool = False
    """Without a category; together with `categories`, in any of them or without one."""
    payees: tuple[str, ...] = ()
    """To any of these, by full name."""
    texts: tuple[str, ...] = ()
    """Each of these is part of payee, description or note, ignoring case."""
    tag: str = ""
    currency: str = ""
    """Paid in this currency, an ISO 4217 code; empty for any."""
    at_least: Decimal | None = None
    at_most: Decimal | None = None
    without_categories: tuple[Category, ...] = ()
    without_payees: tuple[str, ...] = ()
    without_texts: tuple[str, ...] = ()
    without_tag: str = ""


@dataclass(frozen=True, slots=True)
class Total:
    """A sum of entries."""

    amount: Money
    count: int
    link: str
    """The page of the UI that lists the entries."""


@dataclass(frozen=True, slots=True)
class Sum:
    """One of several sums."""

    key: str
    """A category's id (empty for none), a payee's name, a month such as 2017-09, or a day."""
    label: str
    amount: Money
    count: int
    link: str


@dataclass(frozen=True, slots=True)
class Entry:
    """An expense or income."""

    id: str
    version: int
    kind: Kind
    spent_on: date
    payee: str
    description: str
    note: str
    category: Category | None
    tags: tuple[str, ...]
    amount: Money
    home_amount: Money
    link: str


@dataclass(frozen=True, slots=True)
class Entries:
    """The first entries of a selection, and how many there are."""

    entries: tuple[Entry, ...]
    total: int
    link: str


@dataclass(frozen=True, slots=True)
class BudgetState:
    """A budget in one of its periods."""

    id: str
    version: int
    name: str
    cycle: str
    """`weekly`, `monthly`, `quarterly` or `yearly`."""
    categories: tuple[Category, ...]
    """Empty for all spending."""
    first: date
    last: date
    limit: Money
    spent: Money
    remaining: Money
    percent: int
    state: str
    """`ok`, `near` or `exceeded`."""
    link: str


@dataclass(frozen=True, slots=True)
class Tipping:
    """The entry that pushed a budget over its limit."""

    expense_id: str
    spent_on: date
    payee: str
    description: str
    amount: Money
    spent_then: Money
    link: str


@dataclass(frozen=True, slots=True)
class Change:
    """A change that was made, and what undoes it."""

    action: str
    link: str
    undo: Mapping[str, Any] = field(default_factory=dict)
    """JSON values for `Toolbox.undo`."""
    count: int = 1
    """How many entries were changed."""


class ToolError(Exception):
    """The API refused or could not be reached. The message is plain English and can be shown."""

    def __init__(self, message: str, *, code: str = "", lasting: bool = True) -> None:
        """`code` is that of the problem; `lasting` is false if trying again may help."""
        super().__init__(message)
        self.code, self.lasting = code, lasting
