"""The rows of changes of the home currency."""

from __future__ import annotations

from decimal import Decimal

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from budgets.conversions.model import Conversion
from budgets.tables import conversion


class ConversionRepository:
    """The changes of the home currency within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._execute = connection.execute

    def of(self, book_id: str) -> list[Conversion]:
        """Return those of a book, the oldest first."""
        query = sa.select(conversion).where(conversion.c.user_id == book_id).order_by(conversion.c.version)
        return [
            Conversion(
                version=row.version,
                source=row.from_currency,
                target=row.to_currency,
                rate=None if row.rate is None else Decimal(row.rate),
                received=row.heard,
                expected=row.expected,
                applied=bool(row.applied),
            )
            for row in self._execute(query)
        ]

    def save(self, book_id: str, change: Conversion) -> None:
        this_one = conversion.c.user_id == book_id, conversion.c.version == change.version
        values = {
            "from_currency": change.source,
            "to_currency": change.target,
            "rate": None if change.rate is None else f"{change.rate:f}",
            "heard": change.received,
            "expected": change.expected,
            "applied": int(change.applied),
        }
        if not self._execute(conversion.update().where(*this_one).values(values)).rowcount:
            self._execute(conversion.insert(), {"user_id": book_id, "version": change.version, **values})
