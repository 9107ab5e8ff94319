"""The data of events about expenses, as contracts/events/expense.*.json describe it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from expenses.books.model import Book
from expenses.entries.model import Change, Expense


def changes_data(book: Book, import_id: str | None, changes: Sequence[Change], more: Mapping[str, Any]) -> dict[str, Any]:
    """Return the data of an event that tells of changes; `more` are further members."""
    return {**book.event_data, "import_id": import_id, **more, "changes": [_change(change) for change in changes]}


def _change(change: Change) -> dict[str, Any]:
    return {
        "expense_id": change.expense_id,
        "version": change.version,
        "before": _state(change.before),
        "after": _state(change.after),
    }


def _state(expense: Expense | None) -> dict[str, Any] | None:
    if expense is None:
        return None
    amount = expense.amount.to_wire()
    return {
        "kind": expense.kind,
        "amount": amount,
        "home_amount": amount if expense.home_amount == expense.amount else expense.home_amount.to_wire(),
        "category_id": expense.category_id,
        "spent_on": expense.spent_on.isoformat(),
        "payee": expense.payee,
    }
