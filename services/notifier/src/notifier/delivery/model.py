"""Emails and their delivery: what is to be sent, and what became of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

SEND_SECONDS = 30.0
"""The longest that a mailer may take for one email."""

LEASE_SECONDS = 45.0
"""How long a process may hold an email. Sending must begin early enough to leave SEND_SECONDS."""

CONFIRMATION_PERIOD = timedelta(days=7)
"""How long an alert email waits for its recipient to confirm the address. After that it is not sent."""

HOLD_SECONDS = 6 * 3600.0
"""How often a held email is checked. A confirmation releases it at once, unless a process of an older version handled it."""

MOST_RELEASED = 5
"""How many held emails are sent on confirmation. The older alerts are in the app."""

TOO_MANY_HELD = "Too many alerts were waiting for you to confirm your address."

INTERNAL_FAULT = "Something went wrong on our side."
"""The reason that recipients see when the real one would mean nothing to them."""


class MailState(StrEnum):
    """The delivery state of an email."""

    PENDING = "pending"
    HELD = "held"
    """Pending until the recipient confirms the address. It is shown and counted; stored is a pending email with `held_at`."""
    SENT = "sent"
    """The provider accepted it."""
    DEFERRED = "deferred"
    DELIVERED = "delivered"
    BOUNCED = "bounced"
    DROPPED = "dropped"
    SPAM_REPORTED = "spam_reported"
    FAILED = "failed"
    SKIPPED = "skipped"
    WITHDRAWN = "withdrawn"


class ProviderStatus(StrEnum):
    """What a provider knows about an email that it was handed and gave no answer to."""

    ACCEPTED = "accepted"
    NOT_FOUND = "not found"
    """It certainly does not have the email, so sending again cannot duplicate it."""
    UNKNOWN = "unknown"
    """It cannot say."""


@dataclass(frozen=True, slots=True)
class MailStop:
    """Why emails to an address have stopped, and since when."""

    reason: str
    since: datetime
    lifted: bool = False
    """Whether the owner asked to try again. The next email that is delivered then removes the stop."""


@dataclass(frozen=True, slots=True)
class DeliveryStatus:
    """What a reader of an alert sees of its email."""

    state: MailState
    at: datetime
    detail: str


@dataclass(frozen=True, slots=True)
class Mail:
    """An email as it is stored: its facts. The text is written when it is sent."""

    id: str
    user_id: str
    event_id: str
    kind: str
    facts: Mapping[str, Any]
    at: datetime
    state: MailState = MailState.PENDING
    detail: str = ""
    alert_id: str | None = None
    address: str | None = None
    """Encrypted. None: use the recipient's address at the time of sending."""
    token: str | None = None
    """Encrypted, and removed once the delivery has an outcome."""
    attempts: int = 0
    """How many attempts have ended."""
    reported_at: datetime | None = None
    """The time of the provider's latest report."""
    trace: str = ""
    """The trace of the request that caused it, as the store wrote it down."""
    held_at: datetime | None = None
    """Since when it waited for the recipient to confirm the address; None if it never did."""
    released_at: datetime | None = None
    """When they confirmed it; None while it waits."""

    @property
    def name(self) -> str:
        """The name of this kind of email in template folders and in a header."""
        return self.kind.replace(".", "_")

    @property
    def due_since(self) -> datetime | None:
        """Since when it could have been sent: since its cause, or its release if it was held. None if unknown."""
        return self.released_at if self.held_at else self._caused_at

    @property
    def figures_of(self) -> datetime | None:
        """The time of its figures if it was held and may be read days later; None otherwise."""
        return (self._caused_at or self.at) if self.held_at else None

    @property
    def expires_at(self) -> datetime | None:
        moment = self.facts.get("expires_at")
        return datetime.fromisoformat(moment) if moment else None

    @property
    def _caused_at(self) -> datetime | None:
        moment = self.facts.get("caused_at")
        return datetime.fromisoformat(moment) if moment else None


@dataclass(frozen=True, slots=True)
class ClaimedMail:
    """An email that this process may send now, with its recipient."""

    mail: Mail
    address: str
    """Encrypted."""
    name: str
    locale: str
    withdrawn: bool
    """Whether its alert has been withdrawn."""
    attempt: int
    """Identifies this attempt among all attempts of the email."""
    uncertain: bool = False
    """Whether that attempt began before this claim and has no known outcome."""
    stop: MailStop | None = None
    """Why alerts no longer go to this address, if so."""
    verified: bool = True
    """Whether the recipient has confirmed this address."""
    time_zone: str = "UTC"


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What a mailer sends. The same `mail_id` may come twice after a crash, and must arrive once."""

    mail_id: str
    user_id: str
    to: str
    subject: str
    text: str
    html: str
    name: str
    """Which email it is, such as budget_exceeded."""
    event_id: str
    unsubscribe: str
    """The https URL that turns off emails of this kind with one click (RFC 8058); empty if there is none."""
    ignore_bounces: bool = False
    """Whether to send even if the provider remembers a bounce from this address."""
    due_since: datetime | None = None
    """Since when it could have been sent; None for account emails."""
