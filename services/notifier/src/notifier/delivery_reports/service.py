"""Records what providers report about emails after accepting them."""

from __future__ import annotations

from collections.abc import Sequence

from chassis.security.encryption import Encryptor
from notifier.associated_data import email_address_of
from notifier.delivery.model import Mail, MailState, MailStop
from notifier.delivery.service import outcome
from notifier.delivery_reports.model import DeliveryReport
from notifier.recipients.model import same_mailbox
from notifier.store import NotifierStore, NotifierUnitOfWork

_EVENTS = {
    MailState.SENT: "notification.delivered",
    MailState.DEFERRED: "notification.deferred",
    MailState.DELIVERED: "notification.delivered",
    MailState.BOUNCED: "notification.failed",
    MailState.DROPPED: "notification.failed",
    MailState.SPAM_REPORTED: "notification.failed",
}


class DeliveryReportService:
    """Records delivery reports."""

    def __init__(self, *, store: NotifierStore, encryptor: Encryptor) -> None:
        self._store, self._encryptor = store, encryptor

    def record(self, reports: Sequence[DeliveryReport]) -> None:
        """Record reports. Repeated ones, and those about unknown emails, change nothing."""
        if not reports:
            return
        with self._store.write() as uow:
            # In the order of ids, so that two batches about the same emails cannot deadlock.
            for report in sorted(reports, key=lambda report: (report.mail_id, report.at)):
                mail = uow.mails.lock(report.mail_id)
                if mail is not None and uow.reports.mark_handled(report.id):
                    self._record(uow, mail, report)

    def _record(self, uow: NotifierUnitOfWork, mail: Mail, report: DeliveryReport) -> None:
        if report.is_news_about(mail):
            uow.mails.record_report(mail, report.state, at=report.at, detail=report.detail)
            data = outcome(mail, report.state, at=report.at, detail=report.detail)
            uow.publish(_EVENTS[report.state], mail.alert_id or mail.id, data)
        if report.stops and self._is_current(uow, mail, report):
            uow.recipients.set_stop(mail.user_id, MailStop(report.detail, report.at))
        elif report.state == MailState.DELIVERED and self._is_current(uow, mail, report):
            stop = uow.recipients.stop_of(mail.user_id)
            if stop is not None and stop.since < report.at:  # the address works again
                uow.recipients.set_stop(mail.user_id, None)

    def _is_current(self, uow: NotifierUnitOfWork, mail: Mail, report: DeliveryReport) -> bool:
        """Return whether the report is about the recipient's present address."""
        recipient = uow.recipients.find(mail.user_id)
        if recipient is None:
            return False
        return same_mailbox(self._encryptor.decrypt(recipient.address, email_address_of(mail.user_id)), report.address)
