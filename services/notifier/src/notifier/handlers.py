"""Operations of the API."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any

from chassis.clock import to_wire
from chassis.paging import Cursors
from chassis.request import Answer, Request, etag
from notifier.domain.alerts import Alert
from notifier.domain.preferences import AlertKind, Channels, Preferences
from notifier.domain.reading import Reading


class Handlers:
    """Arguments in, (body, status, headers) out."""

    def __init__(self, *, reading: Reading, cursors: Cursors) -> None:
        """Take the use cases."""
        self._reading, self._cursors = reading, cursors

    def list_alerts(self, request: Request, *, unread: bool, limit: int, cursor: str | None = None) -> Answer:
        """Return a page of alerts."""
        scope = f"alerts:{request.caller.user_id}:{unread}"
        position = self._cursors.read(scope, cursor)
        page = self._reading.page(
            request.caller.user_id, unread=unread, limit=limit, after=(position[0], position[1]) if position else None
        )
        last = page.alerts[-1] if page.more else None
        following = self._cursors.write(scope, [_milliseconds(last.created_at), last.id]) if last else None
        return {"items": [_alert_body(alert) for alert in page.alerts], "next_cursor": following, "unread": page.unread}, 200, {}

    def get_alert(self, request: Request, *, alert_id: str) -> Answer:
        """Return one alert."""
        return _alert_body(self._reading.alert(request.caller.user_id, alert_id)), 200, {}

    def change_alert(self, request: Request, *, alert_id: str, body: dict[str, Any]) -> Answer:
        """Mark an alert as read or unread."""
        return _alert_body(self._reading.mark(request.caller.user_id, alert_id, read=body["read"])), 200, {}

    def get_preferences(self, request: Request) -> Answer:
        """Return the preferences."""
        return _preferences_answer(self._reading.preferences(request.caller.user_id))

    def set_preferences(self, request: Request, *, body: dict[str, Any]) -> Answer:
        """Replace the preferences."""
        channels = {AlertKind(kind): Channels(**entry) for kind, entry in body["kinds"].items()}
        kept = self._reading.set_preferences(request.caller.user_id, channels, expected=request.expected_version)
        return _preferences_answer(kept)


def _preferences_answer(preferences: Preferences) -> Answer:
    kinds = {str(kind): asdict(preferences.of(kind)) for kind in AlertKind}
    return {"kinds": kinds, "version": preferences.version}, 200, etag(preferences.version)


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
            {"channel": "mail", "state": str(mail.state), "at": to_wire(mail.at), "detail": mail.detail}
            for mail in alert.deliveries
        ],
    }


def _wire(moment: datetime | None) -> str | None:
    return to_wire(moment) if moment else None


def _milliseconds(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)
