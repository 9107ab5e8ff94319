"""The rows of alerts, and notes of crossings that ended before their alert was raised."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from chassis.storage.database import unless_raced
from chassis.storage.prepared import Prepared
from notifier import tables as t
from notifier.alerts.model import Alert, Period
from notifier.delivery.model import DeliveryStatus
from notifier.delivery.store import MailRepository
from notifier.preferences.model import AlertKind

_LISTED = t.alert.c.listed == 1
_OF_CAUSE = Prepared(sa.select(t.alert.c.id).where(t.alert.c.cause_id == sa.bindparam("of_cause")))
_ADD = Prepared(t.alert.insert(), *t.alert.c.keys())
_RECOVERY = Prepared(
    sa.select(t.recovery.c.cause_id).where(
        t.recovery.c.cause_id == sa.bindparam("of_cause"), t.recovery.c.user_id == sa.bindparam("of_user")
    )
)
_UNREAD = sa.and_(t.alert.c.read_ms.is_(None), t.alert.c.withdrawn_ms.is_(None))


class AlertRepository:
    """Alerts within one transaction."""

    def __init__(self, connection: Connection, mails: MailRepository, *, now_ms: Callable[[], int]) -> None:
        """`now_ms` is the machine's time."""
        self._connection, self._mails, self._now_ms = connection, mails, now_ms

    def exists_for(self, cause_id: str) -> bool:
        return _OF_CAUSE.first(self._connection, of_cause=cause_id) is not None

    def add(self, alert: Alert) -> None:
        _ADD.run(self._connection, **_row_of(alert))

    def find_by_cause(self, user_id: str, cause_id: str) -> Alert | None:
        """Return the alert for a cause, listed or not; None if there is none."""
        query = sa.select(t.alert).where(t.alert.c.user_id == user_id, t.alert.c.cause_id == cause_id)
        row = self._connection.execute(query).first()
        return _alert_of(row, []) if row else None

    def find(self, user_id: str, alert_id: str) -> Alert | None:
        """Return a listed alert with its deliveries; None if there is none."""
        query = sa.select(t.alert).where(t.alert.c.user_id == user_id, t.alert.c.id == alert_id, _LISTED)
        return next(iter(self._with_deliveries(query)), None)

    def page(self, user_id: str, *, unread: bool, limit: int, after: tuple[int, str] | None) -> list[Alert]:
        """Return listed alerts with their deliveries, newest first, after a position (milliseconds, id)."""
        query = sa.select(t.alert).where(t.alert.c.user_id == user_id, _LISTED)
        if unread:
            query = query.where(_UNREAD)
        if after is not None:
            moment, alert_id = after
            same_moment = sa.and_(t.alert.c.created_ms == moment, t.alert.c.id < alert_id)
            query = query.where(sa.or_(t.alert.c.created_ms < moment, same_moment))
        return self._with_deliveries(query.order_by(t.alert.c.created_ms.desc(), t.alert.c.id.desc()).limit(limit))

    def count_unread(self, user_id: str) -> int:
        query = sa.select(sa.func.count()).select_from(t.alert).where(t.alert.c.user_id == user_id, _LISTED, _UNREAD)
        return int(self._connection.execute(query).scalar_one())

    def set_read_at(self, user_id: str, alert_id: str, read_at: datetime | None) -> None:
        """Store when an alert was read; None marks it as unread."""
        self._change(user_id, alert_id, read_ms=t.to_ms(read_at) if read_at else None)

    def withdraw(self, alert: Alert, at: datetime) -> None:
        """Withdraw an alert and its email, unless that is being sent right now."""
        self._change(alert.user_id, alert.id, withdrawn_ms=t.to_ms(at))
        self._mails.withdraw(alert.id, at)

    def note_ended_cause(self, user_id: str, cause_id: str) -> None:
        """Remember that a cause ended before its alert was raised."""
        if not self._is_noted(user_id, cause_id):
            with unless_raced():
                self._connection.execute(t.recovery.insert(), {"cause_id": cause_id, "user_id": user_id, "at_ms": self._now_ms()})

    def take_ended_cause(self, user_id: str, cause_id: str) -> bool:
        """Return whether there is such a note, and delete it."""
        if not self._is_noted(user_id, cause_id):
            return False
        self._connection.execute(t.recovery.delete().where(t.recovery.c.cause_id == cause_id, t.recovery.c.user_id == user_id))
        return True

    def _is_noted(self, user_id: str, cause_id: str) -> bool:
        return _RECOVERY.first(self._connection, of_cause=cause_id, of_user=user_id) is not None

    def _change(self, user_id: str, alert_id: str, **values: int | None) -> None:
        theirs = sa.and_(t.alert.c.id == alert_id, t.alert.c.user_id == user_id)
        self._connection.execute(t.alert.update().where(theirs).values(**values))

    def _with_deliveries(self, query: sa.Select[Any]) -> list[Alert]:
        rows = self._connection.execute(query).all()
        deliveries = self._mails.statuses_of([row.id for row in rows])
        return [_alert_of(row, deliveries.get(row.id, [])) for row in rows]


def _row_of(alert: Alert) -> dict[str, Any]:
    names = ("id", "user_id", "cause_id", "kind", "title", "body", "budget_id", "expense_id")
    return {
        **{name: getattr(alert, name) for name in names},
        "period_from": alert.period.first.isoformat() if alert.period else None,
        "period_to": alert.period.last.isoformat() if alert.period else None,
        "created_ms": t.to_ms(alert.created_at),
        "read_ms": t.to_ms(alert.read_at) if alert.read_at else None,
        "withdrawn_ms": t.to_ms(alert.withdrawn_at) if alert.withdrawn_at else None,
        "listed": int(alert.listed),
    }


def _alert_of(row: Row[Any], deliveries: Sequence[DeliveryStatus]) -> Alert:
    return Alert(
        id=row.id,
        user_id=row.user_id,
        cause_id=row.cause_id,
        kind=AlertKind(row.kind),
        title=row.title,
        body=row.body,
        created_at=t.from_ms(row.created_ms),
        listed=bool(row.listed),
        budget_id=row.budget_id,
        expense_id=row.expense_id,
        period=Period(date.fromisoformat(row.period_from), date.fromisoformat(row.period_to)) if row.period_from else None,
        read_at=t.moment(row.read_ms),
        withdrawn_at=t.moment(row.withdrawn_ms),
        deliveries=tuple(deliveries),
    )
