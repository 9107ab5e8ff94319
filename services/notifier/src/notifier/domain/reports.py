"""What a provider tells of mails after it accepted them: out of order, more than once, and of mails that are long gone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from notifier.domain.delivery import outcome
from notifier.domain.mails import Mail, MailState, Stop
from notifier.domain.places import address_of
from notifier.domain.ports import Open, Store, Work
from notifier.domain.recipients import same_mailbox

_RANKS = {
    MailState.SENT: 1,
    MailState.DEFERRED: 2,
    MailState.DELIVERED: 3,
    # A mailbox may give a mail back after it had taken it, so these come after "delivered".
    MailState.BOUNCED: 4,
    MailState.DROPPED: 4,
    MailState.SPAM_REPORTED: 5,
}
_EVENTS = {
    MailState.SENT: "notification.delivered",
    MailState.DEFERRED: "notification.deferred",
    MailState.DELIVERED: "notification.delivered",
    MailState.BOUNCED: "notification.failed",
    MailState.DROPPED: "notification.failed",
    MailState.SPAM_REPORTED: "notification.failed",
}


@dataclass(frozen=True, slots=True)
class Report:
    """One thing that a provider tells of one mail."""

    id: str
    mail_id: str
    state: MailState
    at: datetime
    detail: str
    """A sentence for the recipient."""
    address: str
    stops: bool
    """Whether it says that further mail to this address is of no use, or not wanted."""


class Hook(Protocol):
    """Reads what a provider posts."""

    def read(self, headers: Mapping[str, str], raw: bytes) -> list[Report]:
        """Return the reports in a request, leaving out what is broken or of no interest.

        Raises:
            HookClosedError: if there is no key to check with.
            UnsignedReportError: if it is not signed by the provider.
            StaleReportError: if it was signed too long ago, or in the future.
        """


class Reporting:
    """The use case of the event webhook."""

    def __init__(self, *, store: Store, open_sealed: Open) -> None:
        """Take what it works with."""
        self._store, self._open = store, open_sealed

    def take(self, reports: Sequence[Report]) -> None:
        """Note reports; those that came before, and those of mails that are not kept, change nothing."""
        if not reports:
            return
        with self._store.begin() as work:
            # In the order of ids, so that two batches about the same mails cannot wait for each other.
            for report in sorted(reports, key=lambda report: (report.mail_id, report.at)):
                mail = work.mails.report(report.mail_id)
                if mail is not None and work.first_report(report.id):
                    self._note(work, mail, report)

    def _note(self, work: Work, mail: Mail, report: Report) -> None:
        if _is_news(mail, report):
            work.mails.note(mail, report.state, at=report.at, detail=report.detail)
            data = outcome(mail, report.state, at=report.at, detail=report.detail)
            work.announce(_EVENTS[report.state], mail.alert_id or mail.id, data)
        if report.stops and self._is_current(work, mail, report):
            work.recipients.stop(mail.user_id, Stop(report.detail, report.at))
        elif report.state == MailState.DELIVERED and self._is_current(work, mail, report):
            stop = work.recipients.stop_of(mail.user_id)
            if stop is not None and stop.since < report.at:  # the address works again
                work.recipients.stop(mail.user_id, None)

    def _is_current(self, work: Work, mail: Mail, report: Report) -> bool:
        """Say whether it is about the address that the recipient has now."""
        recipient = work.recipients.find(mail.user_id)
        return recipient is not None and same_mailbox(self._open(recipient.address, address_of(mail.user_id)), report.address)


def _is_news(mail: Mail, report: Report) -> bool:
    rank, known = _RANKS[report.state], _RANKS.get(mail.state, 0)
    newer = mail.reported_at is None or report.at > mail.reported_at
    return rank > known or (rank == known and newer and mail.reported_at is not None)
