"""The operations on alerts."""

from __future__ import annotations

from datetime import datetime
from http import HTTPStatus
from typing import Any

from chassis.runtime.clock import to_wire
from chassis.web.paging import Cursors
from chassis.web.request import Request, Response
from notifier.alerts.model import Alert
from notifier.alerts.service import AlertService


class AlertsApi:
    """Operations on alerts."""

    def __init__(self, *, alerts: AlertService, cursors: Cursors) -> None:
        self._alerts, self._cursors = alerts, cursors

    def list_alerts(self, request: Request, *, unread: bool, limit: int, cursor: str | None = None) -> Response:
        user_id = request.caller.user_id
        scope = f"alerts:{user_id}:{unread}"
        position = self._cursors.read(scope, cursor)
        page = self._alerts.page(user_id, unread=unread, limit=limit, after=(position[0], position[1]) if position else None)
        last = page.alerts[-1] if page.has_more else None
        next_cursor = self._cursors.write(scope, [_milliseconds(last.created_at), last.id]) if last else None
        body = {"items": [_alert_body(alert) for alert in page.alerts], "next_cursor": next_cursor, "unread": page.unread}
        return body, HTTPStatus.OK, {}

    def get_alert(self, request: Request, *, alert_id: str) -> Response:
        return _alert_body(self._alerts.get(request.caller.user_id, alert_id)), HTTPStatus.OK, {}

    def change_alert(self, request: Request, *, alert_id: str, body: dict[str, Any]) -> Response:
        return _alert_body(self._alerts.mark(request.caller.user_id, alert_id, read=body["read"])), HTTPStatus.OK, {}


def _alert_body(alert: Alert) -> dict[str, Any]:
    period = alert.period
    return {
        "id": alert.id,
        "kind": str(alert.kind),
        "title": alert.title,
        "body": alert.body,
        "budget_id": alert.budget_id,
        "expense_id": alert.expense_id,
        "period": {"from": period.first.isoformat(), "to": period.last.isoformat()} if period else None,
        "created_at": to_wire(alert.created_at),
        "read_at": _wire(alert.read_at),
        "withdrawn_at": _wire(alert.withdrawn_at),
        "deliveries": [
            {"channel": "mail", "state": str(status.state), "at": to_wire(status.at), "detail": status.detail}
            for status in alert.deliveries
        ],
    }


def _wire(moment: datetime | None) -> str | None:
    return to_wire(moment) if moment else None


def _milliseconds(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)
