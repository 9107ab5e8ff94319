"""Operations of the API."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from chassis.runtime.clock import to_wire
from chassis.web.paging import Cursors
from chassis.web.request import Request, Response, etag
from notifier.domain.alerts import Alert
from notifier.domain.errors import NotOneClickError
from notifier.domain.preferences import AlertKind, Channels, Preferences
from notifier.domain.reading import Reach, Reading
from notifier.domain.reports import Hook, Reporting
from notifier.domain.unsubscribing import Unsubscribing

_ONE_CLICK = ("List-Unsubscribe", "One-Click")
"""The form that RFC 8058 has a mail provider post."""


class Handlers:
    """Arguments in, (body, status, headers) out."""

    def __init__(
        self, *, reading: Reading, unsubscribing: Unsubscribing, hook: Hook, reporting: Reporting, cursors: Cursors, url: str
    ) -> None:
        """Take the use cases; `url` is where people reach the app."""
        self._reading, self._unsubscribing, self._cursors, self._url = reading, unsubscribing, cursors, url
        self._hook, self._reporting = hook, reporting

    def list_alerts(self, request: Request, *, unread: bool, limit: int, cursor: str | None = None) -> Response:
        """Return a page of alerts."""
        scope = f"alerts:{request.caller.user_id}:{unread}"
        position = self._cursors.read(scope, cursor)
        page = self._reading.page(
            request.caller.user_id, unread=unread, limit=limit, after=(position[0], position[1]) if position else None
        )
        last = page.alerts[-1] if page.more else None
        following = self._cursors.write(scope, [_milliseconds(last.created_at), last.id]) if last else None
        return {"items": [_alert_body(alert) for alert in page.alerts], "next_cursor": following, "unread": page.unread}, 200, {}

    def get_alert(self, request: Request, *, alert_id: str) -> Response:
        """Return one alert."""
        return _alert_body(self._reading.alert(request.caller.user_id, alert_id)), 200, {}

    def change_alert(self, request: Request, *, alert_id: str, body: dict[str, Any]) -> Response:
        """Mark an alert as read or unread."""
        return _alert_body(self._reading.mark(request.caller.user_id, alert_id, read=body["read"])), 200, {}

    def get_preferences(self, request: Request) -> Response:
        """Return the preferences."""
        user_id = request.caller.user_id
        return _preferences_answer(self._reading.preferences(user_id), self._reading.reach(user_id))

    def set_preferences(self, request: Request, *, body: dict[str, Any]) -> Response:
        """Replace the preferences."""
        channels = {AlertKind(kind): Channels(**entry) for kind, entry in body["kinds"].items()}
        user_id = request.caller.user_id
        kept = self._reading.set_preferences(user_id, channels, expected=request.expected_version)
        return _preferences_answer(kept, self._reading.reach(user_id))

    def lift_mail_stop(self, request: Request) -> Response:
        """Let mail go to the caller's address again."""
        self._reading.lift_stop(request.caller.user_id)
        return None, 204, {}

    def show_unsubscribe_page(self, request: Request, *, token: str) -> Response:  # noqa: ARG002  open to all
        """Lead to the page that asks; whoever only looks at links, as mail scanners do, changes nothing."""
        kind = self._unsubscribing.kind_of(token)
        query = urlencode({"token": token, **({"kind": str(kind)} if kind else {})})
        return None, 303, {"Location": f"{self._url}/unsubscribe#{query}"}

    def turn_mails_off(self, request: Request, *, token: str, form: dict[str, str]) -> Response:  # noqa: ARG002  open to all
        """Turn mails of a kind off."""
        if form.get(_ONE_CLICK[0]) != _ONE_CLICK[1]:
            raise NotOneClickError
        return {"kind": str(self._unsubscribing.turn_off(token))}, 200, {}

    def receive_sendgrid_events(self, request: Request, *, raw: bytes) -> Response:
        """Take the provider's reports."""
        self._reporting.take(self._hook.read(request.headers, raw))
        return None, 204, {}


def _preferences_answer(preferences: Preferences, reach: Reach) -> Response:
    kinds = {str(kind): asdict(preferences.of(kind)) for kind in AlertKind}
    stop = reach.stop
    mail = {
        "state": "stopped" if stop else "ok" if reach.verified else "unverified",
        "reason": stop.reason if stop else "",
        "since": to_wire(stop.since) if stop else None,
    }
    return {"kinds": kinds, "version": preferences.version, "mail": mail}, 200, etag(preferences.version)


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
