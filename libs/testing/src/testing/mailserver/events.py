"""The event webhook: what becomes of accepted mails, told in signed batches."""

from __future__ import annotations

import base64
import hashlib
import json
import random
import threading
import time
import urllib.error
import urllib.request
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from testing.mailserver.ledger import Accepted
    from testing.mailserver.signing import Signer

DETAILS: dict[str, dict[str, Any]] = {
    "processed": {},
    "delivered": {"response": "250 OK"},
    "deferred": {"response": "400 try again later", "attempt": "5"},
    "bounce": {
        "reason": "550 5.1.1 The email account that you tried to reach does not exist",
        "status": "5.1.1",
        "type": "bounce",
        "bounce_classification": "Invalid Address",
    },
    "blocked": {"event": "bounce", "reason": "421 4.7.0 Temporarily blocked", "status": "4.7.0", "type": "blocked"},
    "dropped": {"reason": "Bounced Address", "status": "5.0.0"},
    "spamreport": {},
    "unsubscribe": {},
}
"""What each event says beside the mail. `blocked` is a bounce of the type blocked, as SendGrid names it."""

_BY_ADDRESS = {"bounce": "bounce", "blocked": "blocked", "dropped": "dropped", "deferred": "deferred"}
_MOST_IN_A_BATCH = 200
_WAITS = (0.2, 0.5, 1.0, 2.0, 5.0)


def event_of(mail: Accepted, kind: str, **more: Any) -> dict[str, Any]:
    """Return an event; the same kind of the same mail has the same sg_event_id, as a delivery that SendGrid repeats."""
    identity = hashlib.sha256(f"{kind}-{mail.message_id}-{mail.to}".encode()).digest()[:18]
    return {
        **mail.arguments,
        "email": mail.to,
        "timestamp": int(time.time()),
        "smtp-id": f"<{mail.message_id}@geopod-ismtpd-1>",
        "event": kind,
        "category": list(mail.mail.get("categories", [])),
        "sg_event_id": base64.urlsafe_b64encode(identity).decode(),
        "sg_message_id": f"{mail.message_id}.recvd-7f5d8c9b6-x2k4p-1-65A1B2C3-1.0",
        **DETAILS[kind],
        **more,
    }


class Hook:
    """Posts events to the address that was set, in the background or at once."""

    def __init__(self, signer: Signer, *, url: str, automatic: bool, on_told: Callable[[set[str]], None]) -> None:
        """`automatic`: each accepted mail is told of as processed, then delivered or what its address asks for.

        `on_told` gets the message ids of a batch that was taken.
        """
        self.signer, self.url, self.automatic, self._on_told = signer, url, automatic, on_told
        self.told: list[dict[str, Any]] = []
        self._waiting: list[dict[str, Any]] = []
        self._bounced: set[str] = set()
        self._wake_up = threading.Condition()
        self._closed = False
        self._thread = threading.Thread(target=self._work, name="hook", daemon=True)
        self._thread.start()

    def tell_of(self, mails: list[Accepted]) -> None:
        """Let the events of accepted mails go out soon."""
        if not (self.automatic and self.url):
            return
        with self._wake_up:
            self._waiting += [event_of(mail, kind) for mail in mails for kind in self._fate(mail)]
            self._wake_up.notify()

    def _fate(self, mail: Accepted) -> tuple[str, ...]:
        """Return what becomes of a mail: an address that bounced once is on the list, and gets nothing but what bypasses it."""
        if mail.to in self._bounced and "bypass_bounce_management" not in mail.mail.get("mail_settings", {}):
            return ("dropped",)
        return "processed", _BY_ADDRESS.get(mail.to.split("@")[0].split("+")[0], "delivered")

    def post(self, events: list[dict[str, Any]], *, signature: str = "good", age: float = 0) -> int:
        """Send one batch now; return the status of the answer, 0 if there was none.

        `signature` is good, wrong, or none; `age` is by how many seconds the timestamp lies back.
        """
        body = json.dumps(events).encode()
        stamp = str(int(time.time() - age))
        headers = {"Content-Type": "application/json", "User-Agent": "SendGrid Event API"}
        if signature != "none":
            headers |= self.signer.headers(body if signature == "good" else body + b" ", stamp)
        request = urllib.request.Request(self.url, data=body, headers=headers, method="POST")
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                status = int(answer.status)
        except urllib.error.HTTPError as error:
            error.close()
            return int(error.code)
        except OSError:
            return 0
        self.told += events
        self._bounced |= {event["email"] for event in events if event["event"] == "bounce" and event.get("type") == "bounce"}
        return status

    def replay(self, *, shuffle: bool) -> int:
        """Send everything again that was told so far, in one batch."""
        events = list(self.told)
        if shuffle:
            random.shuffle(events)
        status = self.post(events)
        del self.told[len(events) :]
        return status

    def close(self) -> None:
        """Stop; what waits is not told any more."""
        with self._wake_up:
            self._closed = True
            self._wake_up.notify()
        self._thread.join(15)

    def _work(self) -> None:
        failures = 0
        while not self._closed:
            with self._wake_up:
                if not self._waiting:
                    self._wake_up.wait(1)
                batch = self._waiting[:_MOST_IN_A_BATCH]
            if not batch:
                continue
            if 200 <= self.post(batch) < 300:
                failures = 0
                self._on_told({event["sg_message_id"].partition(".")[0] for event in batch})
                with self._wake_up:
                    del self._waiting[: len(batch)]
                continue
            with self._wake_up:  # the same batch again later, as SendGrid does for a day
                self._wake_up.wait(_WAITS[min(failures, len(_WAITS) - 1)])
            failures += 1
