"""A mail provider that tells a suite, in signed reports, what became of the mails in its folder."""

from __future__ import annotations

import email
import email.policy
import json
import time
from typing import TYPE_CHECKING, Any

import httpx

from testing.clients.client import Person
from testing.mailserver.signing import Signer
from testing.waiting import eventually

if TYPE_CHECKING:
    from email.message import EmailMessage

    from testing.servers.process import OutlayProcess

ELSEWHERE = {"Origin": "https://mail.example", "Sec-Fetch-Site": "cross-site"}
"""What a request carries that another site made a browser send."""


class Provider:
    """Holds the key that signs."""

    def __init__(self) -> None:
        """Make a key; the suite is to be given `key`."""
        self._signer = Signer()
        self.key = self._signer.public_key

    def report(self, outlay: OutlayProcess, mail: EmailMessage, event: str, **more: Any) -> int:
        """Tell one thing of one mail; return the status of the answer."""
        mail_id = mail["Message-ID"].strip("<>").split("@")[0]
        now = int(time.time())
        body = json.dumps([{"event": event, "mail_id": mail_id, "email": mail["To"], "timestamp": now, **more}]).encode()
        headers = {"Content-Type": "application/json", **ELSEWHERE, **self._signer.headers(body, str(now))}
        return httpx.post(f"{outlay.url}/api/v1/hooks/sendgrid", content=body, headers=headers, timeout=60).status_code


def mail_to(outlay: OutlayProcess, person: Person) -> Any:
    """Return the mail about a person's exceeded budget, waiting for it."""

    def find() -> Any:
        found = [email.message_from_bytes(path.read_bytes(), policy=email.policy.default) for path in outlay.mails()]
        return next((mail for mail in found if person.email in mail["To"] and mail["X-Outlay-Kind"] == "budget_exceeded"), None)

    return eventually(find)
