"""Verifies and reads SendGrid's signed event webhook.

https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/event describes the events.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from notifier.delivery.model import MailState
from notifier.delivery_reports.model import DeliveryReport, HookClosedError, StaleReportError, UnsignedReportError

SIGNATURE = "X-Twilio-Email-Event-Webhook-Signature"
TIMESTAMP = "X-Twilio-Email-Event-Webhook-Timestamp"
OLDEST_SECONDS = 600

_STATES = {
    "processed": MailState.SENT,
    "deferred": MailState.DEFERRED,
    "delivered": MailState.DELIVERED,
    "bounce": MailState.BOUNCED,
    "dropped": MailState.DROPPED,
    "spamreport": MailState.SPAM_REPORTED,
}
# SendGrid's reasons for dropping an email, in words for the recipient.
_DROPPED = {
    "bounced address": "an earlier email to your address bounced",
    "invalid": "your address is invalid",
    "spam reporting address": "you reported an earlier email as spam",
    "unsubscribed address": "you unsubscribed from emails at the provider",
}
_DROPPED_FOR_GOOD = frozenset({"bounced address", "invalid", "spam reporting address"})

_MAIL_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII)
_REPORT_ID = re.compile(r"[\x21-\x7e]{1,100}", re.ASCII)
_ADDRESS = re.compile(r"<?[^\s<>@]+@[^\s<>@]+>?")
_SPACE = re.compile("[\\s\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]+")
_REASON_LENGTH = 180
_LATEST_SECONDS = 1e11
"""Larger timestamps would not be seconds."""


class SendGridWebhook:
    """Accepts what is signed with the key that SendGrid shows next to "Signed Event Webhook"."""

    def __init__(self, key: str, *, now: Callable[[], float]) -> None:
        """`key` is base64 of DER, or empty to accept nothing; `now` returns seconds since 1970. Raises ValueError."""
        self._verify = _verifier(key) if key else None
        self._now = now

    def read(self, headers: Mapping[str, str], raw: bytes) -> list[DeliveryReport]:
        """Return the reports in a request, without those that are malformed or irrelevant.

        Raises:
            HookClosedError: if there is no key.
            UnsignedReportError: if SendGrid did not sign the request.
            StaleReportError: if it was signed too long ago, or in the future.
        """
        if self._verify is None:
            raise HookClosedError
        timestamp = headers.get(TIMESTAMP, "")
        if not self._signed(raw, headers.get(SIGNATURE, ""), timestamp):
            raise UnsignedReportError
        if not re.fullmatch("[0-9]{1,12}", timestamp, re.ASCII) or abs(self._now() - int(timestamp)) > OLDEST_SECONDS:
            raise StaleReportError
        return [report for event in _events(raw) if (report := self._report(event)) is not None]

    def _signed(self, raw: bytes, signature: str, timestamp: str) -> bool:
        try:
            return bool(signature and timestamp and self._verify and self._verify(raw.decode("utf-8"), signature, timestamp))
        except ValueError:  # neither UTF-8 nor base64
            return False

    def _report(self, event: Mapping[str, Any]) -> DeliveryReport | None:
        kind, mail_id, moment = event.get("event"), event.get("mail_id"), _moment(event.get("timestamp"), self._now())
        if not isinstance(kind, str) or kind not in _STATES or not isinstance(mail_id, str) or moment is None:
            return None
        if not _MAIL_ID.fullmatch(mail_id):
            return None
        return DeliveryReport(
            id=_id_of(event),
            mail_id=mail_id,
            state=_STATES[kind],
            at=moment,
            detail=_detail(kind, event),
            address=_text(event.get("email")),
            stops=_stops(kind, event),
        )


def _verifier(key: str) -> Callable[[str, str, str], bool]:
    # Imported here, since the package is large and most installations do without.
    from sendgrid.helpers.eventwebhook import EventWebhook

    webhook = EventWebhook(key)
    if not hasattr(webhook.public_key, "curve"):
        raise ValueError("is not an ECDSA key")
    verify: Callable[[str, str, str], bool] = webhook.verify_signature
    return verify


def _events(raw: bytes) -> list[Mapping[str, Any]]:
    try:
        events = json.loads(raw, object_pairs_hook=_object)
    except (ValueError, RecursionError):
        return []
    return [event for event in events if isinstance(event, dict)] if isinstance(events, list) else []


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any] | None:
    """Return an event; None if it has a key twice, since two readers could understand it differently."""
    event = dict(pairs)
    return event if len(event) == len(pairs) else None


def _moment(value: object, now: float) -> datetime | None:
    """Return a time, but none in the future: a provider's fast clock must not make later reports count as older."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < _LATEST_SECONDS:
        return None
    return datetime.fromtimestamp(int(min(value, now)), UTC)


def _id_of(event: Mapping[str, Any]) -> str:
    given = event.get("sg_event_id")
    if isinstance(given, str) and _REPORT_ID.fullmatch(given):
        return given
    return hashlib.sha256(json.dumps(event, sort_keys=True).encode()).hexdigest()


def _detail(kind: str, event: Mapping[str, Any]) -> str:
    reason = _reason(event.get("reason") or event.get("response"))
    match kind:
        case "deferred":
            return (
                f"Your email provider has not accepted it yet: {reason}"
                if reason
                else "Your email provider has not accepted it yet."
            )
        case "bounce":
            return f"Your email provider rejected it: {reason}" if reason else "Your email provider rejected it."
        case "dropped":
            known = _DROPPED.get(reason.lower(), reason)
            return f"Our email service did not send it: {known}" if known else "Our email service did not send it."
        case "spamreport":
            return "You reported one of our emails as spam."
    return ""


def _stops(kind: str, event: Mapping[str, Any]) -> bool:
    if kind == "bounce":  # "blocked" is temporary, or about the sender
        return event.get("type") != "blocked"
    return kind == "spamreport" or (kind == "dropped" and _reason(event.get("reason")).lower() in _DROPPED_FOR_GOOD)


def _reason(value: object) -> str:
    """Return a mail server's reason in one line and without the address, so that it can be shown and logged."""
    return _SPACE.sub(" ", _ADDRESS.sub("the address", _text(value))).strip()[:_REASON_LENGTH]


def _text(value: object) -> str:
    """Return a text that every store accepts; empty if it is not a text."""
    return value.encode("utf-8", "replace").decode("utf-8") if isinstance(value, str) else ""
