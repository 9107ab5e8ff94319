"""What the notifier needs from outside."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol

from notifier.domain.alerts import Alert
from notifier.domain.mails import Envelope, Mail, MailState, Message, Stop, Trail
from notifier.domain.preferences import Preferences
from notifier.domain.recipients import Recipient

Clock = Callable[[], datetime]
Ids = Callable[[], str]
Open = Callable[[str, str], str]
"""(sealed value, one of notifier.domain.places) -> what was sealed; raises what the encryptor raises."""

Seal = Callable[[str, str], str]
"""(value, place) -> the value sealed. Also: (sealed value, place) -> the value sealed with the newest key."""

Resume = Callable[[str], AbstractContextManager[None]]
"""Goes on, within a with block, with a trace that was written down."""


class Recipients(Protocol):
    """The people who can be told something."""

    def find(self, user_id: str) -> Recipient | None:
        """Return somebody, or None if no event told of them yet."""

    def departed(self, user_id: str) -> bool:
        """Say whether this account was deleted."""

    def keep(self, recipient: Recipient) -> None:
        """Add or replace; an older version than the kept one changes nothing."""

    def stop_of(self, user_id: str) -> Stop | None:
        """Return why mail to somebody's address has stopped, None if it has not."""

    def stop(self, user_id: str, stop: Stop | None) -> None:
        """Keep why mail to somebody's address has stopped; None to forget it."""

    def erase(self, user_id: str) -> list[str]:
        """Delete all that is kept of a person but the note that they left; return the ids of the mails they were sent."""


class Alerts(Protocol):
    """What people were told."""

    def known(self, cause_id: str) -> bool:
        """Say whether there is an alert for this cause."""

    def add(self, alert: Alert) -> None:
        """Keep a new one."""

    def of_cause(self, user_id: str, cause_id: str) -> Alert | None:
        """Return the alert for a cause, listed or not."""

    def find(self, user_id: str, alert_id: str) -> Alert | None:
        """Return a listed alert with its deliveries."""

    def page(self, user_id: str, *, unread: bool, limit: int, after: tuple[int, str] | None) -> list[Alert]:
        """Return listed alerts with their deliveries, newest first, behind a position (milliseconds, id)."""

    def count_unread(self, user_id: str) -> int:
        """Return how many are listed, unread and not withdrawn."""

    def mark(self, user_id: str, alert_id: str, read_at: datetime | None) -> None:
        """Note when it was read, or that it is unread."""

    def withdraw(self, alert: Alert, at: datetime) -> None:
        """Note that it holds no longer; its mail is not sent, unless that is happening right now."""

    def note_recovery(self, user_id: str, cause_id: str) -> None:
        """Remember that a crossing was taken back before it was told of."""

    def take_recovery(self, user_id: str, cause_id: str) -> bool:
        """Say whether there is such a note, and delete it."""


class Mails(Protocol):
    """Mails and what became of them."""

    def add(self, mail: Mail) -> None:
        """Keep a new one. A pending one is sent after the transaction."""

    def settle(self, mail: Mail, state: MailState, *, at: datetime, detail: str = "") -> bool:
        """Note what became of a mail that this process claimed, and blank its secrets; False if it is not ours any more."""

    def postpone(self, mail: Mail, *, seconds: float, reason: str) -> None:
        """Let a claimed mail be tried again after some time: the attempt has ended, and it was surely not accepted."""

    def doubt(self, mail: Mail, *, seconds: float, reason: str, ended: bool) -> None:
        """Let a claimed mail be looked into after some time: it may have been accepted. `ended` counts an attempt."""

    def begin_again(self, envelope: Envelope) -> Envelope:
        """Note that a further attempt begins at a mail that was claimed as unsure; return it with that attempt."""

    def hold(self, mail: Mail, *, at: datetime, seconds: float, reason: str) -> None:
        """Give a claimed mail back unsent, to wait for its recipient's confirmation and be looked at after some time.

        It counts as no attempt.
        """

    def release(self, user_id: str, *, at: datetime) -> None:
        """Let the newest MOST_RELEASED held mails of somebody be sent now; skip the others but for one that is in hand."""

    def report(self, mail_id: str) -> Mail | None:
        """Return a mail that the provider tells of, None if it is not kept; no other such transaction has it meanwhile."""

    def note(self, mail: Mail, state: MailState, *, at: datetime, detail: str) -> None:
        """Note what the provider told of a mail, whoever has claimed it, and blank its secrets."""

    def exists(self, mail_id: str) -> bool:
        """Say whether it is still kept."""


class PreferenceStore(Protocol):
    """What people want to be told."""

    def of(self, user_id: str) -> Preferences:
        """Return somebody's preferences, the defaults if they never said anything."""

    def replace(self, user_id: str, preferences: Preferences) -> None:
        """Keep preferences as the version after `preferences.version`; raises StaleVersionError."""


@dataclass(frozen=True)
class Work:
    """One transaction."""

    recipients: Recipients
    alerts: Alerts
    mails: Mails
    preferences: PreferenceStore
    announce: Callable[[str, str, Mapping[str, Any]], None]
    """(type, subject, data): tell the other services, exactly if this transaction holds."""
    first_time: Callable[[str], bool]
    """Note an event as handled; False if it was before."""
    first_report: Callable[[str], bool]
    """Note a provider's report as handled; False if it was before."""


class Store(Protocol):
    """Where everything is kept."""

    def begin(self, *, turn_of: str | None = None) -> AbstractContextManager[Work]:
        """Write: all or nothing. With `turn_of`, no other such transaction for this user runs at the same time."""

    def read(self) -> AbstractContextManager[Work]:
        """Read one moment of the store."""

    def claim(self) -> Envelope | None:
        """Return a mail that is due, with an attempt recorded at it; None if none is due.

        No other process gets it, until this one gives it back or was seen to hold it for LEASE_SECONDS.
        """

    def seconds_until_due(self) -> float | None:
        """Return how long until a mail may be due, None if none is pending."""


@dataclass(frozen=True, slots=True)
class AlertText:
    """An alert in words."""

    title: str
    body: str


@dataclass(frozen=True, slots=True)
class MailText:
    """A mail in words."""

    subject: str
    text: str
    html: str
    unsubscribe: str
    """The https address for one click; empty if there is none."""


class Texts(Protocol):
    """Puts facts into words, with money and days as the reader writes them."""

    def alert(self, kind: str, facts: Mapping[str, Any], *, locale: str) -> AlertText:
        """Word an alert in plain text."""

    def mail(
        self, mail: Mail, *, name: str, locale: str, token: str, stop_token: str, now: datetime, late_of: date | None = None
    ) -> MailText:
        """Word a mail. `token` is in clear, and `stop_token` the key to turning its kind off; each is empty where there is none.

        `late_of` is the day of its figures, if it had to wait.
        """


class Mailer(Protocol):
    """A way to send mails."""

    @property
    def reports(self) -> bool:
        """Say whether the provider will tell by itself what became of a mail, through the event webhook."""

    def send(self, message: Message) -> None:
        """Hand a mail over; returning means that it was accepted.

        It takes no longer than SEND_SECONDS, all connections and answers together.

        Raises:
            TryAgainError: if it certainly was not accepted and may be later.
            UncertainError: if it may or may not have been accepted.
            RefusedError: if it never will be.
        """

    def trail(self, mail_id: str) -> Trail:
        """Ask what became of a mail that was handed over without an answer; raises TryAgainError if it cannot be asked now."""

    def forget(self, mail_ids: Sequence[str]) -> None:
        """Delete what is kept of these mails on this side; unknown ids are no error."""
