"""Builds expenses as the store keeps them, and records one without the web."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from chassis.runtime.idempotency import StoredResponse
from chassis.runtime.ids import uuid7
from expenses.entries.draft import ExpenseDraft
from expenses.entries.model import Expense
from expenses.entries.service import ExpenseService
from money import Money

MOMENT = datetime(2026, 11, 22, 10, 0, 0, 123_000, tzinfo=UTC)


def an_expense(
    *, minor: int = 480, currency: str = "EUR", home_minor: int | None = None, home_currency: str = "EUR", **fields: Any
) -> Expense:
    values = {
        "id": uuid7(),
        "kind": "expense",
        "amount": Money(minor, currency),
        "home_amount": Money(minor if home_minor is None else home_minor, home_currency),
        "home_amount_given": False,
        "spent_on": date(2026, 11, 22),
        "payee": "Blue Bottle",
        "created_at": MOMENT,
        "updated_at": MOMENT,
    }
    return Expense(**{**values, **fields})


def record_expense(expenses: ExpenseService, caller, **fields: Any) -> Expense:
    """Record an expense of 4.80 EUR."""
    draft = ExpenseDraft(**{"amount": Money(480, "EUR"), "spent_on": date(2026, 11, 22), **fields})
    return expenses.record(caller, draft, None, StoredResponse).body.expense
