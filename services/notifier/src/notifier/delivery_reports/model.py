"""Delivery reports: out of order, more than once, and about emails that may be long gone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from notifier.delivery.model import Mail, MailState

_RANKS = {
    MailState.SENT: 1,
    MailState.DEFERRED: 2,
    MailState.DELIVERED: 3,
    # A mailbox can return an email that it had accepted, so these rank above "delivered".
    MailState.BOUNCED: 4,
    MailState.DROPPED: 4,
    MailState.SPAM_REPORTED: 5,
}


class HookClosedError(Exception):
    """Delivery reports are turned off."""

    def __init__(self) -> None:
        super().__init__("No verification key is set, so reports cannot be trusted. Set SENDGRID_HOOK_KEY.")


class UnsignedReportError(Exception):
    """Invalid signature."""

    def __init__(self) -> None:
        super().__init__("The signature is missing, or is not the provider's signature of this timestamp and body.")


class StaleReportError(Exception):
    """Signature too old."""

    def __init__(self) -> None:
        super().__init__("The report was signed more than ten minutes ago, or in the future.")


@dataclass(frozen=True, slots=True)
class DeliveryReport:
    """One event in the delivery of one email."""

    id: str
    mail_id: str
    state: MailState
    at: datetime
    detail: str
    """A sentence for the recipient."""
    address: str
    stops: bool
    """Whether further emails to this address are pointless or unwanted."""

    def is_news_about(self, mail: Mail) -> bool:
        """Return whether the report says more than is known: a higher rank, or the same rank later."""
        rank, known = _RANKS[self.state], _RANKS.get(mail.state, 0)
        return rank > known or (rank == known and mail.reported_at is not None and self.at > mail.reported_at)
