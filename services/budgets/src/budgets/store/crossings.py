"""The rows of open crossings; at most one for each budget, period and threshold."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import bindparam
from sqlalchemy.engine import Connection

from budgets.model import Budget, Crossing, Trigger
from budgets.periods import Period
from budgets.store.expense_columns import Row, expense_columns, expense_of, values_of
from budgets.tables import crossing as table
from chassis.storage.prepared import Prepared

_SELECT = sa.select(
    table.c.id,
    table.c.budget_id,
    table.c.period_from,
    table.c.period_to,
    table.c.threshold,
    table.c.spent_then,
    table.c.announced,
    table.c.at,
    table.c.import_id,
    table.c.told_in,
    *expense_columns(table),
)
_OF_BUDGET = Prepared(
    _SELECT.where(
        table.c.user_id == bindparam("book_id"),
        table.c.budget_id == bindparam("of_budget"),
        table.c.period_from.between(bindparam("first"), bindparam("last")),
    )
)
_OPEN = Prepared(table.insert(), *table.c.keys())
_CLOSE = Prepared(table.delete().where(table.c.user_id == bindparam("book_id"), table.c.id == bindparam("of_id")))


class CrossingRepository:
    """The open crossings within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def of_budget(self, budget: Budget, first: date = date.min, last: date = date.max) -> list[Crossing]:
        """Return those of a budget's periods that begin within these days."""
        days = {"first": first.isoformat(), "last": last.isoformat()}
        rows = _OF_BUDGET.all(self._connection, book_id=budget.book_id, of_budget=budget.id, **days)
        return [_crossing(*row) for row in rows]

    def of_import(self, book_id: str, import_id: str) -> list[Crossing]:
        """Return those that an import opened and that were not reported yet."""
        return self._where(table.c.user_id == book_id, table.c.import_id == import_id)

    def reported_in(self, book_id: str, import_id: str) -> list[Crossing]:
        """Return those that the summary of an import reported."""
        return self._where(table.c.user_id == book_id, table.c.told_in == import_id)

    def _where(self, *wanted: sa.ColumnElement[bool]) -> list[Crossing]:
        return [_crossing(*row) for row in self._connection.execute(_SELECT.where(*wanted))]

    def open(self, book_id: str, crossings: Sequence[Crossing]) -> None:
        _OPEN.run_many(self._connection, [_row(book_id, crossing) for crossing in crossings])

    def close(self, book_id: str, crossings: Sequence[Crossing]) -> None:
        _CLOSE.run_many(self._connection, [{"book_id": book_id, "of_id": crossing.id} for crossing in crossings])


def _row(book_id: str, crossing: Crossing) -> Row:
    expense = crossing.trigger.expense
    return {
        "user_id": book_id,
        "budget_id": crossing.budget_id,
        "period_from": crossing.period.first.isoformat(),
        "threshold": crossing.threshold,
        "id": crossing.id,
        "period_to": crossing.period.last.isoformat(),
        "announced": int(crossing.announced),
        "at": crossing.at.isoformat(),
        "currency": crossing.currency,
        "spent_then": crossing.trigger.spent_then,
        "expense_id": expense.id if expense else None,
        "import_id": crossing.import_id,
        "told_in": crossing.reported_in,
        **values_of(expense),
    }


def _crossing(*row: Any) -> Crossing:
    crossing_id, budget_id, first, last, threshold, spent_then, announced, at, import_id, told_in, *expense = row
    _expense_id, _day, _category_id, currency, *_rest = expense
    return Crossing(
        id=crossing_id,
        budget_id=budget_id,
        period=Period(date.fromisoformat(first), date.fromisoformat(last)),
        threshold=threshold,
        trigger=Trigger(expense_of(expense), spent_then),
        currency=currency,
        announced=bool(announced),
        at=datetime.fromisoformat(at),
        import_id=import_id,
        reported_in=told_in,
    )
