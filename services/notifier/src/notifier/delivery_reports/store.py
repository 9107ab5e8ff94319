"""The ids of delivery reports that were processed."""

from __future__ import annotations

from collections.abc import Callable

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from chassis.storage.database import unless_raced
from notifier import tables as t


class DeliveryReportRepository:
    """Processed reports within one transaction."""

    def __init__(self, connection: Connection, *, now_ms: Callable[[], int]) -> None:
        """`now_ms` is the machine's time."""
        self._connection, self._now_ms = connection, now_ms

    def mark_handled(self, report_id: str) -> bool:
        """Record that a report is processed in this transaction; False if it was processed before."""
        if self._connection.execute(sa.select(t.mail_report.c.id).where(t.mail_report.c.id == report_id)).first() is not None:
            return False
        with unless_raced():
            self._connection.execute(t.mail_report.insert(), {"id": report_id, "at_ms": self._now_ms()})
        return True
