"""An expense, and what a change of it looks like."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import lru_cache
from typing import Any, NamedTuple

from expenses.moments import whole_milliseconds
from money import Money

EXPENSE, INCOME = "expense", "income"


@dataclass(frozen=True, slots=True, kw_only=True)
class Expense:
    """Money that was spent or came in."""

    id: str
    kind: str
    """EXPENSE or INCOME."""
    amount: Money
    """What was paid."""
    home_amount: Money
    """The same in the home currency."""
    home_amount_given: bool
    """Whether a person typed the amount in the home currency; it comes from an exchange rate otherwise."""
    spent_on: date
    payee: str = ""
    description: str = ""
    category_id: str | None = None
    tags: tuple[str, ...] = ()
    note: str = ""
    import_id: str | None = None
    fingerprint: int | None = None
    """By which an import finds the rows that an earlier import brought; None for what was typed."""
    line_fingerprint: int | None = None
    """By which an import finds lines of a file that were imported before, whatever the mapping; None for what was typed."""
    author: str | None = None
    """Who recorded it; None is the person whose id the book has."""
    created_at: datetime
    updated_at: datetime
    version: int = 1
    number: int = 0
    """Its place in the store, 0 before it is stored; orders expenses of the same day."""

    def revised(self, moment: datetime, **values: Any) -> Expense:
        return replace(self, **values, version=self.version + 1, updated_at=whole_milliseconds(moment))


class Change(NamedTuple):
    """What happened to an expense: `before` is None for a new one, `after` for one that was deleted."""

    before: Expense | None
    after: Expense | None

    @property
    def expense_id(self) -> str:
        return self._latest.id

    @property
    def version(self) -> int:
        """The version that the change led to; a deletion counts as one more."""
        return self.after.version if self.after else self._latest.version + 1

    @property
    def _latest(self) -> Expense:
        expense = self.after or self.before
        if expense is None:
            raise ValueError("a change has a state before or after")
        return expense


def one_line(text: str) -> str:
    """Return a name as names are compared: NFC, no blanks around it, single blanks within."""
    return unicodedata.normalize("NFC", " ".join(text.split()))


def clean_tags(tags: Iterable[str]) -> tuple[str, ...]:
    """Return tags trimmed, without empty and repeated ones."""
    return tuple(tag for tag in dict.fromkeys(one_line(tag) for tag in tags) if tag)


@lru_cache(10_000)
def tags_text(tags: tuple[str, ...]) -> str:
    """Write tags as the store keeps them: a JSON list."""
    return json.dumps(tags, ensure_ascii=False, separators=(",", ":"))


@lru_cache(10_000)
def tags_in(text: str) -> tuple[str, ...]:
    """Read tags as the store keeps them."""
    return tuple(json.loads(text))
