"""An expense as it is stored, and what changes of it look like."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

from money import Money

EXPENSE, INCOME = "expense", "income"


class Expense(NamedTuple):
    """One row of the ledger, its fields in the order of the table.

    A tuple and not a dataclass, because an import makes a hundred thousand of them and hands them to the store as they are.
    """

    number: int
    """Its place in the store, 0 before it is stored; orders what has the same day."""
    id: str
    owner: int
    kind: str
    amount_minor: int
    currency: str
    home_minor: int
    home_currency: str
    home_given: int
    """1 if a person typed the amount in the home currency, 0 if it comes from a rate."""
    spent_on: str
    payee: str
    description: str
    category_id: str | None
    tags: str
    """A JSON list of strings."""
    note: str
    import_id: str | None
    fingerprint: int | None
    """By which an import finds the rows that an earlier import brought; None for what was typed."""
    version: int
    created_ms: int
    updated_ms: int
    line_fingerprint: int | None = None
    """By which an import finds lines of a file that were imported before, whatever the mapping; None for what was typed."""

    @property
    def amount(self) -> Money:
        """What was paid."""
        return Money(self.amount_minor, self.currency)

    @property
    def home_amount(self) -> Money:
        """What it was in the home currency."""
        return Money(self.home_minor, self.home_currency)

    def to_wire(self, receipts: Sequence[dict[str, Any]] = ()) -> dict[str, Any]:
        """Return the body of an answer."""
        return {
            "id": self.id,
            "kind": self.kind,
            "amount": self.amount.to_wire(),
            "home_amount": self.home_amount.to_wire(),
            "spent_on": self.spent_on,
            "payee": self.payee,
            "description": self.description,
            "category_id": self.category_id,
            "tags": json.loads(self.tags),
            "note": self.note,
            "receipts": list(receipts),
            "import_id": self.import_id,
            "version": self.version,
            "created_at": instant(self.created_ms),
            "updated_at": instant(self.updated_ms),
        }


class Change(NamedTuple):
    """What happened to an expense: `before` is None for a new one, `after` for one that is gone."""

    before: Expense | None
    after: Expense | None

    @property
    def expense_id(self) -> str:
        """Whose change it is."""
        return _either(self).id

    @property
    def version(self) -> int:
        """The version that it led to; a removal counts as one more."""
        return self.after.version if self.after else _either(self).version + 1


def _either(change: Change) -> Expense:
    expense = change.after or change.before
    if expense is None:
        message = "a change has a state before or after"
        raise ValueError(message)
    return expense


def moved(expense: Expense, moment: datetime, **fields: Any) -> Expense:
    """Return an expense with other values and the next version."""
    return expense._replace(**fields, version=expense.version + 1, updated_ms=milliseconds(moment))


def milliseconds(moment: datetime) -> int:
    """Return whole milliseconds since 1970."""
    return int(moment.timestamp() * 1000)


def instant(ms: int) -> str:
    """Write a moment as on the wire."""
    return datetime.fromtimestamp(ms / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def one_line(text: str) -> str:
    """Return a name as it is compared: NFC, no blanks around it, single ones within."""
    return unicodedata.normalize("NFC", " ".join(text.split()))


def tags_text(tags: list[str]) -> str:
    """Return tags as they are stored: trimmed, none empty, none twice."""
    kept = dict.fromkeys(one_line(tag) for tag in tags)
    return json.dumps([tag for tag in kept if tag], ensure_ascii=False, separators=(",", ":"))
