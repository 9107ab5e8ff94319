"""A notifier that SendGrid tells what became of its emails."""

from __future__ import annotations

import json
from typing import Any

from chassis.runtime.ids import uuid7
from support.asgi import call
from support.notifier_events import ADDRESS
from support.notifier_world import RunningNotifier, ScriptedMailer
from testing.mailserver.signing import Signer

NOW = 1_700_000_000


class ReportedNotifier(RunningNotifier):
    """A notifier that receives delivery reports, with one alert whose email was accepted."""

    def __init__(self, folder, **more: Any) -> None:
        self.signer = Signer()
        more = {"mailer": ScriptedMailer(), "hook_key": self.signer.public_key, **more}
        super().__init__(folder, ms=NOW * 1000, **more)

    def post(self, body: bytes, headers: dict[str, str]) -> Any:
        headers = {"Content-Type": "application/json", **headers}
        return call(self.service.web, "POST", "/hooks/sendgrid", headers=headers, content=body)

    def hear(self, *events: dict[str, Any]) -> None:
        body = json.dumps(events).encode()
        answer = self.post(body, self.signer.headers(body, str(self.ms // 1000)))
        assert answer.status_code == 204, answer.text

    def mail_id(self) -> str:
        return str(self.mailer.sent[-1].mail_id)

    def event(self, kind: str, *, at: int = 0, **more: Any) -> dict[str, Any]:
        known = {"event": kind, "mail_id": self.mail_id(), "email": ADDRESS, "timestamp": NOW + at, "sg_event_id": uuid7()}
        return {**known, **more}

    def delivery(self) -> dict[str, str]:
        [delivery] = self.alerts()[0]["deliveries"]
        return dict(delivery)

    def mail(self) -> dict[str, Any]:
        return dict(self.call("GET", "/alerts/preferences").json()["mail"])
