"""Changes of the home currency in SQL."""

from __future__ import annotations

from decimal import Decimal

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from budgets.adapters.sql.tables import conversion
from budgets.domain.conversion import Conversion


class SqlConversions:
    """Implements domain.ports.Conversions within one transaction."""

    def __init__(self, connection: Connection) -> None:
        """Work in this transaction."""
        self._execute = connection.execute

    def of(self, user_id: str) -> list[Conversion]:
        """Return those of somebody, the oldest first."""
        query = sa.select(conversion).where(conversion.c.user_id == user_id).order_by(conversion.c.version)
        return [
            Conversion(
                row.version,
                row.from_currency,
                row.to_currency,
                None if row.rate is None else Decimal(row.rate),
                row.heard,
                row.expected,
                bool(row.applied),
            )
            for row in self._execute(query)
        ]

    def keep(self, user_id: str, change: Conversion) -> None:
        """Store one, new or known."""
        mine = conversion.c.user_id == user_id, conversion.c.version == change.version
        values = {
            "from_currency": change.source,
            "to_currency": change.target,
            "rate": None if change.rate is None else f"{change.rate:f}",
            "heard": change.heard,
            "expected": change.expected,
            "applied": int(change.applied),
        }
        if not self._execute(conversion.update().where(*mine).values(values)).rowcount:
            self._execute(conversion.insert(), {"user_id": user_id, "version": change.version, **values})
