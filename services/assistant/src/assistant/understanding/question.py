"""A question or request, independent of its language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from enum import Enum
from typing import Any

from assistant.understanding.calendar import Period, Unit
from assistant.understanding.names import Name

_NAMES, _TEXTS, _NUMBERS = ("names", "without"), ("texts", "without_texts"), ("at_least", "at_most", "amount")
_JSON = (
    *("tag", "without_tag", "currency", "is_income", "uncategorised", "limit", "per", "is_by_count"),
    *("amount_currency", "description", "cycle", "step"),
)
"""Fields of a question by how they are remembered: as names, texts, decimal numbers, or as they are."""


class Intent(Enum):
    """The documented intents of the built-in assistant."""

    SPENDING = "spending"
    INCOME = "income"
    COUNT = "count"
    AVERAGE = "average"
    COMPARISON = "comparison"
    RANKING = "ranking"
    ENTRIES = "entries"
    BUDGET = "budget"
    BUDGETS = "budgets"
    PACE = "pace"
    WHY = "why"
    ADD = "add_expense"
    SET_BUDGET = "set_budget"
    RECATEGORISE = "recategorise"
    HELP = "help"
    CONFIRM = "confirm"
    CANCEL = "cancel"
    UNDO = "undo"
    GREETING = "greeting"
    UNKNOWN = "unknown"


class Grouping(Enum):
    """What a ranking groups by."""

    CATEGORY = "category"
    PAYEE = "payee"
    MONTH = "month"


class Sorting(Enum):
    """Which entries come first."""

    OLDEST = "spent_on"
    LATEST = "-spent_on"
    BIGGEST = "-amount"
    SMALLEST = "amount"


@dataclass(frozen=True, slots=True)
class Question:
    """What was understood. Parts that are not given restrict nothing."""

    intent: Intent
    periods: tuple[Period, ...] = ()
    """Two for a comparison."""
    names: tuple[Name, ...] = ()
    texts: tuple[str, ...] = ()
    tag: str = ""
    without: tuple[Name, ...] = ()
    without_texts: tuple[str, ...] = ()
    without_tag: str = ""
    currency: str = ""
    """Only entries paid in this currency."""
    is_income: bool = False
    uncategorised: bool = False
    at_least: Decimal | None = None
    at_most: Decimal | None = None
    grouping: Grouping | None = None
    sorting: Sorting = Sorting.OLDEST
    limit: int | None = None
    is_by_count: bool = False
    """Whether a ranking is by number of entries, not by amount."""
    per: str = "month"
    """The unit of an average: `day`, `week`, `month` or `year`."""
    against_average: bool = False
    """Whether a comparison is with the average."""
    amount: Decimal | None = None
    amount_currency: str = ""
    description: str = ""
    step: int = 0
    """1 to raise a limit by the amount, -1 to lower it, 0 if the amount is the new limit."""
    cycle: str = ""
    """The cycle of a budget: `weekly`, `monthly`, `quarterly` or `yearly`."""
    into: Name | None = None
    topic: str = ""
    ambiguous: tuple[Name, ...] = ()
    """Payees that are equally likely to be meant."""

    def to_memory(self) -> dict[str, Any]:
        """Return what follow-ups need, as JSON values."""
        return {
            "intent": self.intent.value,
            "periods": [_period_to_json(period) for period in self.periods],
            "grouping": self.grouping.value if self.grouping else None,
            "sorting": self.sorting.value,
            "into": _name_to_json(self.into) if self.into else None,
            **{each: [_name_to_json(name) for name in getattr(self, each)] for each in _NAMES},
            **{each: list(getattr(self, each)) for each in _TEXTS},
            **{each: None if getattr(self, each) is None else str(getattr(self, each)) for each in _NUMBERS},
            **{each: getattr(self, each) for each in _JSON},
        }

    @classmethod
    def from_memory(cls, memory: Mapping[str, Any]) -> Question:
        """Read what `to_memory` wrote."""
        remembered: dict[str, Any] = {
            **{each: tuple(_name_from_json(name) for name in memory[each]) for each in _NAMES},
            **{each: tuple(memory[each]) for each in _TEXTS},
            **{each: None if memory[each] is None else Decimal(memory[each]) for each in _NUMBERS},
            **{each: memory[each] for each in _JSON},
        }
        return cls(
            intent=Intent(memory["intent"]),
            periods=tuple(_period_from_json(period) for period in memory["periods"]),
            grouping=Grouping(memory["grouping"]) if memory["grouping"] else None,
            sorting=Sorting(memory["sorting"]),
            into=_name_from_json(memory["into"]) if memory["into"] else None,
            **remembered,
        )

    @property
    def selects(self) -> bool:
        """Whether it selects entries by something other than their date."""
        return bool(
            self.names
            or self.texts
            or self.tag
            or self.currency
            or self.uncategorised
            or self.at_least is not None
            or self.at_most is not None
        )

    def within(self, period: Period) -> Question:
        """Return the same question about another period."""
        return replace(self, periods=(period,))


def _period_to_json(period: Period) -> list[str | None]:
    return [period.first.isoformat(), period.last.isoformat(), period.unit.value if period.unit else None]


def _period_from_json(values: list[str | None]) -> Period:
    first, last, unit = values
    return Period(date.fromisoformat(str(first)), date.fromisoformat(str(last)), Unit(unit) if unit else None)


def _name_to_json(name: Name) -> list[Any]:
    return [name.kind, name.text, list(name.ids)]


def _name_from_json(values: list[Any]) -> Name:
    kind, text, ids = values
    return Name(kind, text, tuple(ids))
