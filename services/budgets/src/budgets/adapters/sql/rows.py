"""Expenses as they stand in rows of the ledger and of crossings."""

from __future__ import annotations

from datetime import date
from typing import Any

from budgets.domain.expense import Expense
from money import Money

Row = dict[str, Any]

_NOTHING: Row = dict.fromkeys(("day", "category_id", "home_minor", "amount_currency", "amount_minor", "payee"))


def columns_of(expense: Expense | None) -> Row:
    """Return the columns of an expense, but for its id and its home currency."""
    if expense is None:
        return _NOTHING
    return {
        "day": expense.day.isoformat(),
        "category_id": expense.category_id,
        "home_minor": expense.home.minor,
        "amount_currency": expense.amount.currency,
        "amount_minor": expense.amount.minor,
        "payee": expense.payee,
    }


def expense_of(row: Any) -> Expense | None:
    """Return the expense in a row, None if there is none in it."""
    if row.day is None:
        return None
    return Expense(
        row.expense_id,
        date.fromisoformat(row.day),
        row.category_id,
        Money(row.home_minor, row.currency),
        Money(row.amount_minor, row.amount_currency),
        row.payee,
    )
