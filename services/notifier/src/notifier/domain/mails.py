"""Mails: an intent first, then what became of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

BACK_OFF_SECONDS = (1, 10, 60, 300, 1_800, *[7_200] * 24)
"""The wait after the first, second, ... attempt that failed: two days in all; after the last one it is given up."""

LONGEST_WAIT_SECONDS = 6 * 3600.0
"""A channel that asks for more patience than this is asked again all the same."""

SEND_SECONDS = 30.0
"""The longest that a mailer may take for one mail before it must give up."""

LEASE_SECONDS = 45.0
"""How long a process may hold a mail. It begins to send within the first of these seconds only, so that SEND_SECONDS are left."""


CONFIRMATION = timedelta(days=7)
"""How long a mail about an alert waits for its recipient to confirm the address; after that it is not sent."""

HOLD_SECONDS = 6 * 3600.0
"""How often a held mail is looked at. A confirmation releases it at once, unless a process of an older version handled it."""

MOST_RELEASED = 5
"""How many held mails the confirmation sends; the older ones are in the app."""

TOO_MANY_HELD = "Too many alerts were waiting for you to confirm your address."

OUR_FAULT = "Something went wrong on our side."
"""The reason that is shown when the real one is nothing to the recipient."""


class MailState(StrEnum):
    """What became of a mail."""

    PENDING = "pending"
    HELD = "held"
    """Pending until its recipient confirms the address. It is shown and counted; stored is a pending mail with `held_at`."""
    SENT = "sent"
    """The channel accepted it."""
    DEFERRED = "deferred"
    DELIVERED = "delivered"
    BOUNCED = "bounced"
    DROPPED = "dropped"
    SPAM_REPORTED = "spam_reported"
    FAILED = "failed"
    SKIPPED = "skipped"
    WITHDRAWN = "withdrawn"


class Trail(StrEnum):
    """What a provider knows of a mail that was handed to it without an answer."""

    ACCEPTED = "accepted"
    UNSEEN = "unseen"
    """It certainly does not have it: sending it again cannot double it."""
    UNTOLD = "untold"
    """It cannot say."""


@dataclass(frozen=True, slots=True)
class Stop:
    """Why mail to somebody's address has stopped, and since when."""

    reason: str
    since: datetime
    lifted: bool = False
    """Whether the owner said to try again; a mail that is delivered then ends it for good."""


class LetterKind(StrEnum):
    """Mails that are no alert: preferences do not apply, and most carry a token."""

    VERIFY_EMAIL = "verify_email"
    PASSWORD_RESET = "password_reset"  # noqa: S105  the name of a mail
    EMAIL_CHANGE = "email_change"


@dataclass(frozen=True, slots=True)
class Delivery:
    """What a reader of an alert sees of its mail."""

    state: MailState
    at: datetime
    detail: str


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail as it is kept: the facts, not the text, since it is written at the moment of sending."""

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
    """Sealed; None to send to the recipient's address of that moment."""
    token: str | None = None
    """Sealed, and blank as soon as the mail is settled."""
    attempts: int = 0
    """How many ended."""
    reported_at: datetime | None = None
    """When that happened of which the provider told last."""
    trace: str = ""
    """The request that led to it, as the store wrote it down."""
    held_at: datetime | None = None
    """Since when it waited for its recipient to confirm the address; None if it never did."""
    released_at: datetime | None = None
    """When they confirmed it; None while it waits."""

    @property
    def name(self) -> str:
        """What mails of this kind are called: their folder of texts, and a header."""
        return self.kind.replace(".", "_")

    @property
    def due_since(self) -> datetime | None:
        """From when on it could have been sent: from its cause, or its release if it was held; None if nobody can say."""
        return self.released_at if self.held_at else self._caused_at

    @property
    def _caused_at(self) -> datetime | None:
        moment = self.facts.get("caused_at")
        return datetime.fromisoformat(moment) if moment else None

    @property
    def told_late_of(self) -> datetime | None:
        """From when its figures are, if it was held and may be read days later; None for all others."""
        return (self._caused_at or self.at) if self.held_at else None

    @property
    def expires_at(self) -> datetime | None:
        """After which moment its link is of no use."""
        moment = self.facts.get("expires_at")
        return datetime.fromisoformat(moment) if moment else None


@dataclass(frozen=True, slots=True)
class Envelope:
    """A mail that this process may send now, and to whom."""

    mail: Mail
    address: str
    """Sealed."""
    name: str
    locale: str
    withdrawn: bool
    """Whether its alert was withdrawn since the mail was asked for."""
    attempt: int
    """Names the attempt that this claim is for, unlike any other of this mail."""
    unsure: bool = False
    """Whether that attempt was begun before this claim, and nobody knows its outcome."""
    stop: Stop | None = None
    """Why no alert should go to this address, if so."""
    verified: bool = True
    """Whether the recipient has confirmed this address."""
    time_zone: str = "UTC"
    """Where the recipient lives."""


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
    """Which mail it is, such as budget_exceeded."""
    event_id: str
    unsubscribe: str
    """The https address that turns mails of this kind off with one click (RFC 8058); empty if there is none."""
    insist: bool = False
    """Whether it should go out although the provider remembers that an earlier mail to this address came back."""
    due_since: datetime | None = None
    """From when on it could have been sent, None for letters."""
