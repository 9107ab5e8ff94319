"""Open crossings in SQL."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from budgets.adapters.sql import statements
from budgets.adapters.sql.rows import Row, columns_of, expense_of
from budgets.adapters.sql.tables import crossing as table
from budgets.domain.crossing import Crossing, Tip
from budgets.domain.schedule import Period


class SqlCrossings:
    """Implements domain.ports.Crossings within one transaction."""

    def __init__(self, connection: Connection) -> None:
        """Work in this transaction."""
        self._connection = connection

    def of(self, user_id: str, budget_ids: Collection[str], first: date = date.min, last: date = date.max) -> list[Crossing]:
        """Return those of periods that begin within these days."""
        wanted = {"of_user": user_id, "budgets": list(budget_ids), "first": first.isoformat(), "last": last.isoformat()}
        return [_crossing(row) for row in self._connection.execute(statements.CROSSINGS, wanted)]

    def of_import(self, user_id: str, import_id: str) -> list[Crossing]:
        """Return those that an import opened and whose owner was not told yet."""
        return self._where(table.c.user_id == user_id, table.c.import_id == import_id)

    def told_in(self, user_id: str, import_id: str) -> list[Crossing]:
        """Return those that the summary of an import has told of."""
        return self._where(table.c.user_id == user_id, table.c.told_in == import_id)

    def _where(self, *wanted: sa.ColumnElement[bool]) -> list[Crossing]:
        return [_crossing(row) for row in self._connection.execute(sa.select(table).where(*wanted))]

    def open(self, user_id: str, crossings: Sequence[Crossing]) -> None:
        """Add some."""
        if crossings:
            self._connection.execute(statements.OPEN_CROSSING, [_row(user_id, crossing) for crossing in crossings])

    def close(self, user_id: str, crossings: Sequence[Crossing]) -> None:
        """Delete some."""
        if crossings:
            rows = [{"of_user": user_id, "of_id": crossing.id} for crossing in crossings]
            self._connection.execute(statements.CLOSE_CROSSING, rows)


def _row(user_id: str, crossing: Crossing) -> Row:
    expense = crossing.tip.expense
    return {
        "user_id": user_id,
        "budget_id": crossing.budget_id,
        "period_from": crossing.period.first.isoformat(),
        "threshold": crossing.threshold,
        "id": crossing.id,
        "period_to": crossing.period.last.isoformat(),
        "announced": int(crossing.announced),
        "at": crossing.at.isoformat(),
        "currency": crossing.currency,
        "spent_then": crossing.tip.spent_then,
        "expense_id": expense.id if expense else None,
        "import_id": crossing.import_id,
        "told_in": crossing.told_in,
        **columns_of(expense),
    }


def _crossing(row: Any) -> Crossing:
    return Crossing(
        id=row.id,
        budget_id=row.budget_id,
        period=Period(date.fromisoformat(row.period_from), date.fromisoformat(row.period_to)),
        threshold=row.threshold,
        tip=Tip(expense_of(row), row.spent_then),
        currency=row.currency,
        announced=bool(row.announced),
        at=datetime.fromisoformat(row.at),
        import_id=row.import_id,
        told_in=row.told_in,
    )
