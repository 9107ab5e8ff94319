"""Expenses in rows of two tables: the known version of each, and the trigger of a crossing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import Column, Table

from budgets.model import Expense
from money import Money

Row = dict[str, Any]

_NAMES = ("expense_id", "day", "category_id", "currency", "home_minor", "amount_currency", "amount_minor", "payee")
_EMPTY: Row = dict.fromkeys(("day", "category_id", "home_minor", "amount_currency", "amount_minor", "payee"))


def expense_columns(table: Table) -> list[Column[Any]]:
    """Return the columns that `expense_of` reads, in its order."""
    return [table.c[name] for name in _NAMES]


def values_of(expense: Expense | None) -> Row:
    """Return the values of an expense by column, without its id and its home currency."""
    if expense is None:
        return _EMPTY
    return {
        "day": expense.day.isoformat(),
        "category_id": expense.category_id,
        "home_minor": expense.home_amount.minor,
        "amount_currency": expense.amount.currency,
        "amount_minor": expense.amount.minor,
        "payee": expense.payee,
    }


def expense_of(row: Sequence[Any]) -> Expense | None:
    """Return the expense in the `expense_columns` of a row, None if there is none in it."""
    expense_id, day, category_id, currency, home_minor, amount_currency, amount_minor, payee = row
    if day is None:
        return None
    home, amount = Money(home_minor, currency), Money(amount_minor, amount_currency)
    return Expense(expense_id, date.fromisoformat(day), category_id, home, amount, payee)
