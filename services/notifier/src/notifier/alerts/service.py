"""Raises and withdraws alerts: exactly one for each cause, in whichever order the events arrive."""

from __future__ import annotations

import logging
from dataclasses import replace

from chassis.messaging.bus import Retry
from chassis.runtime.clock import Clock
from chassis.runtime.ids import Ids
from notifier.alerts.import_summary import summarized, wanted_channels
from notifier.alerts.model import Alert, AlertNotFoundError, AlertPage, Cause
from notifier.delivery.model import Mail, MailState
from notifier.incoming_event import IncomingEvent
from notifier.preferences.model import AlertKind
from notifier.recipients.model import Recipient
from notifier.store import NotifierStore, NotifierUnitOfWork
from notifier.wording.texts import Texts

log = logging.getLogger("outlay.notifier")

_WITHDRAWN = "The alert was withdrawn before the email was sent."
_UNWANTED = "Emails of this kind are turned off."


class UnknownRecipientError(Retry):
    """An event concerns a person whom no event of auth has described yet."""


class AlertService:
    """The use cases of alerts."""

    def __init__(self, *, store: NotifierStore, texts: Texts, clock: Clock, ids: Ids) -> None:
        self._store, self._texts, self._clock, self._ids = store, texts, clock, ids

    def page(self, user_id: str, *, unread: bool, limit: int, after: tuple[int, str] | None) -> AlertPage:
        """Return a person's alerts after a position (milliseconds, id)."""
        with self._store.read() as uow:
            found = uow.alerts.page(user_id, unread=unread, limit=limit + 1, after=after)
            return AlertPage(found[:limit], len(found) > limit, uow.alerts.count_unread(user_id))

    def get(self, user_id: str, alert_id: str) -> Alert:
        """Return one alert; raises AlertNotFoundError."""
        with self._store.read() as uow:
            return _existing(uow.alerts.find(user_id, alert_id))

    def mark(self, user_id: str, alert_id: str, *, read: bool) -> Alert:
        """Mark an alert as read or unread; the first time of reading is kept. Raises AlertNotFoundError."""
        with self._store.write() as uow:
            alert = _existing(uow.alerts.find(user_id, alert_id))
            if read == (alert.read_at is not None):
                return alert
            read_at = self._clock() if read else None
            uow.alerts.set_read_at(user_id, alert_id, read_at)
            return replace(alert, read_at=read_at)

    def threshold_crossed(self, event: IncomingEvent) -> None:
        """Handle budget.exceeded and budget.near; raises UnknownRecipientError.

        Crossings that an import caused appear in the summary of the import only.
        """
        if event.facts.get("import_id") is not None:
            return
        cause = Cause.of_crossing(event.facts)
        with self._store.write() as uow:
            recipient = self._recipient(uow, event)
            if recipient is None:
                return
            ended = uow.alerts.take_ended_cause(event.book_id, cause.id)
            if cause.period and not cause.period.concerns(recipient.day_of(event.at)):
                log.debug("period too old for an alert", extra={"kind": event.kind, "event_id": event.event_id})
                return
            self._raise(uow, recipient, event, cause, ended=ended)

    def import_reviewed(self, event: IncomingEvent) -> None:
        """Handle import.reviewed; raises UnknownRecipientError."""
        cause = Cause.of_import(event.facts)
        with self._store.write() as uow:
            recipient = self._recipient(uow, event)
            if recipient is not None:
                facts = summarized(event.facts, recipient.day_of(event.at))
                ended = uow.alerts.take_ended_cause(event.book_id, cause.id)
                self._raise(uow, recipient, replace(event, kind=AlertKind.IMPORTED, facts=facts), cause, ended=ended)

    def import_undone(self, event: IncomingEvent) -> None:
        """Handle import.undone; raises UnknownRecipientError."""
        self._withdraw(event, event.facts["import_id"])

    def budget_recovered(self, event: IncomingEvent) -> None:
        """Handle budget.recovered; raises UnknownRecipientError."""
        self._withdraw(event, event.facts["crossing_id"])

    def _withdraw(self, event: IncomingEvent, cause_id: str) -> None:
        with self._store.write() as uow:
            if self._recipient(uow, event) is None:
                return
            alert = uow.alerts.find_by_cause(event.book_id, cause_id)
            if alert is None:
                uow.alerts.note_ended_cause(event.book_id, cause_id)
            elif alert.withdrawn_at is None:
                uow.alerts.withdraw(alert, self._clock())
                _publish(uow, "alert.withdrawn", alert)

    def _recipient(self, uow: NotifierUnitOfWork, event: IncomingEvent) -> Recipient | None:
        """Lock and return the recipient, the owner of the book; None if there is nothing to do."""
        uow.recipients.lock(event.book_id)
        recipient = uow.recipients.find(event.book_id)
        if recipient is None and not uow.recipients.was_deleted(event.book_id):
            raise UnknownRecipientError(f"user {event.book_id} is not known yet")
        return recipient if uow.mark_handled(event.event_id) else None

    def _raise(self, uow: NotifierUnitOfWork, recipient: Recipient, event: IncomingEvent, cause: Cause, *, ended: bool) -> None:
        if uow.alerts.exists_for(cause.id):
            return
        kind, now = AlertKind(event.kind), self._clock()
        text = self._texts.alert(kind, event.facts, locale=recipient.locale)
        channels = wanted_channels(uow.preferences.get(recipient.user_id), kind, event.facts)
        alert = Alert(
            id=self._ids(),
            user_id=recipient.user_id,
            cause_id=cause.id,
            kind=kind,
            title=text.title,
            body=text.body,
            created_at=now,
            listed=channels.app,
            budget_id=cause.budget_id,
            expense_id=cause.expense_id,
            period=cause.period,
            withdrawn_at=now if ended else None,
        )
        uow.alerts.add(alert)
        uow.mails.add(self._mail_of(alert, event, wanted=channels.mail))
        _publish(uow, "alert.withdrawn" if ended else "alert.raised", alert)

    def _mail_of(self, alert: Alert, event: IncomingEvent, *, wanted: bool) -> Mail:
        """Return the email of an alert. One that will not be sent is kept too, since the alert shows why."""
        facts = {**event.facts, "caused_at": event.at.isoformat()}
        mail = Mail(self._ids(), alert.user_id, event.event_id, alert.kind, facts, alert.created_at, alert_id=alert.id)
        if not wanted:
            return replace(mail, state=MailState.SKIPPED, detail=_UNWANTED)
        if alert.withdrawn_at:
            return replace(mail, state=MailState.WITHDRAWN, detail=_WITHDRAWN)
        return mail


def _existing(alert: Alert | None) -> Alert:
    if alert is None:
        raise AlertNotFoundError
    return alert


def _publish(uow: NotifierUnitOfWork, kind: str, alert: Alert) -> None:
    """Notify open browsers, unless the owner does not want this kind in the app."""
    if alert.listed:
        data = {"user_id": alert.user_id, "alert_id": alert.id, "kind": alert.kind, "title": alert.title}
        uow.publish(kind, alert.id, data)
