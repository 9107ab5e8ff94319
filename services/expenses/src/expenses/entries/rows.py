"""Rows of expenses: how one is read and written."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from expenses.books.model import Book
from expenses.entries.model import Expense, tags_in, tags_text
from expenses.moments import milliseconds, moment_of
from money import Money

COLUMNS = (
    "id",
    "owner",
    "kind",
    "amount_minor",
    "currency",
    "home_minor",
    "home_currency",
    "home_given",
    "spent_on",
    "payee",
    "description",
    "category_id",
    "tags",
    "note",
    "import_id",
    "fingerprint",
    "version",
    "created_ms",
    "updated_ms",
    "line_fingerprint",
    "author",
)
"""In the order of the values below; `number` comes after them where it is read."""


def values_of(book: Book, expense: Expense) -> tuple[Any, ...]:
    amount, home, created_ms = expense.amount, expense.home_amount, milliseconds(expense.created_at)
    return (
        expense.id,
        book.number,
        expense.kind,
        amount.minor,
        amount.currency,
        home.minor,
        home.currency,
        int(expense.home_amount_given),
        expense.spent_on.isoformat(),
        expense.payee,
        expense.description,
        expense.category_id,
        tags_text(expense.tags),
        expense.note,
        expense.import_id,
        expense.fingerprint,
        expense.version,
        created_ms,
        created_ms if expense.updated_at is expense.created_at else milliseconds(expense.updated_at),
        expense.line_fingerprint,
        expense.author,
    )


def expense_in(row: Sequence[Any]) -> Expense:
    (
        expense_id,
        _owner,
        kind,
        amount_minor,
        currency,
        home_minor,
        home_currency,
        home_given,
        spent_on,
        payee,
        description,
        category_id,
        tags,
        note,
        import_id,
        fingerprint,
        version,
        created_ms,
        updated_ms,
        line_fingerprint,
        author,
        number,
    ) = row
    # Most expenses were paid in the home currency and never changed: what is equal is made once, which matters for lists.
    amount, created_at = Money(amount_minor, currency), moment_of(created_ms)
    same = home_minor == amount_minor and home_currency == currency
    return Expense(
        id=expense_id,
        kind=kind,
        amount=amount,
        home_amount=amount if same else Money(home_minor, home_currency),
        home_amount_given=bool(home_given),
        spent_on=date.fromisoformat(spent_on),
        payee=payee,
        description=description,
        category_id=category_id,
        tags=tags_in(tags),
        note=note,
        import_id=import_id,
        fingerprint=fingerprint,
        line_fingerprint=line_fingerprint,
        author=author,
        created_at=created_at,
        updated_at=created_at if updated_ms == created_ms else moment_of(updated_ms),
        version=version,
        number=number,
    )
