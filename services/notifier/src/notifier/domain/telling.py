"""Decides what people are told, exactly once for each cause, in whichever order the events come."""

from __future__ import annotations

import logging
from dataclasses import replace

from notifier.domain.alerts import Alert, Cause
from notifier.domain.errors import UnknownRecipientError
from notifier.domain.happening import Happening
from notifier.domain.import_summary import sorted_out, wanted_channels
from notifier.domain.mails import LetterKind, Mail, MailState
from notifier.domain.places import address_of, token_of
from notifier.domain.ports import Clock, Ids, Seal, Store, Texts, Work
from notifier.domain.preferences import AlertKind
from notifier.domain.recipients import Recipient

log = logging.getLogger("outlay.notifier")

_SECRETS = frozenset({"email", "token", "user_id"})
_WITHDRAWN = "The alert was withdrawn before the email was sent."
_UNWANTED = "Emails of this kind are turned off."


class Telling:
    """The use cases of the events of budgets, imports and letters."""

    def __init__(self, *, store: Store, texts: Texts, clock: Clock, ids: Ids, renew: Seal) -> None:
        """Take what it works with."""
        self._store, self._texts, self._clock, self._ids, self._renew = store, texts, clock, ids, renew

    def crossed(self, news: Happening) -> None:
        """Handle budget.exceeded and budget.near; raises UnknownRecipientError.

        What an import has exceeded is told in the summary of the import alone.
        """
        if news.facts.get("import_id") is not None:
            return
        cause = Cause.of_crossing(news.facts)
        with self._store.begin(turn_of=news.user_id) as work:
            recipient = self._recipient(work, news)
            if recipient is None:
                return
            recovered = work.alerts.take_recovery(news.user_id, cause.id)
            if cause.period and not cause.period.concerns(recipient.day_of(news.at)):
                log.debug("not worth an alert any more", extra={"kind": news.kind, "event_id": news.event_id})
                return
            self._raise(work, recipient, news, cause, recovered=recovered)

    def imported(self, news: Happening) -> None:
        """Handle import.reviewed; raises UnknownRecipientError."""
        cause = Cause.of_import(news.facts)
        with self._store.begin(turn_of=news.user_id) as work:
            recipient = self._recipient(work, news)
            if recipient is not None:
                facts = sorted_out(news.facts, recipient.day_of(news.at))
                undone = work.alerts.take_recovery(news.user_id, cause.id)
                self._raise(work, recipient, replace(news, kind=AlertKind.IMPORTED, facts=facts), cause, recovered=undone)

    def undone(self, news: Happening) -> None:
        """Handle import.undone; raises UnknownRecipientError."""
        self._withdraw(news, news.facts["import_id"])

    def recovered(self, news: Happening) -> None:
        """Handle budget.recovered; raises UnknownRecipientError."""
        self._withdraw(news, news.facts["crossing_id"])

    def _withdraw(self, news: Happening, cause_id: str) -> None:
        with self._store.begin(turn_of=news.user_id) as work:
            if self._recipient(work, news) is None:
                return
            alert = work.alerts.of_cause(news.user_id, cause_id)
            if alert is None:
                work.alerts.note_recovery(news.user_id, cause_id)
            elif alert.withdrawn_at is None:
                work.alerts.withdraw(alert, self._clock())
                _announce(work, "alert.withdrawn", alert)

    def write_letter(self, kind: LetterKind, news: Happening) -> None:
        """Handle what auth asks to be mailed, such as user.verification_requested: no recipient and no preference is needed."""
        with self._store.begin() as work:
            if not work.first_time(news.event_id) or work.recipients.departed(news.user_id):
                return
            facts = {name: value for name, value in news.facts.items() if name not in _SECRETS}
            mail = Mail(self._ids(), news.user_id, news.event_id, kind, facts, self._clock())
            # Whoever sent it may have sealed them with an older key.
            address = self._renew(news.facts["email"], address_of(news.user_id))
            token = self._renew(news.facts["token"], token_of(news.user_id)) if "token" in news.facts else None
            work.mails.add(replace(mail, address=address, token=token))

    def _recipient(self, work: Work, news: Happening) -> Recipient | None:
        """Return whom to tell, None if there is nothing to do."""
        recipient = work.recipients.find(news.user_id)
        if recipient is None and not work.recipients.departed(news.user_id):
            message = f"no event told of user {news.user_id} yet"
            raise UnknownRecipientError(message)
        return recipient if work.first_time(news.event_id) else None

    def _raise(self, work: Work, recipient: Recipient, news: Happening, cause: Cause, *, recovered: bool) -> None:
        if work.alerts.known(cause.id):
            return
        kind, now = AlertKind(news.kind), self._clock()
        text = self._texts.alert(kind, news.facts, locale=recipient.locale)
        channels = wanted_channels(work.preferences.of(recipient.user_id), kind, news.facts)
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
            withdrawn_at=now if recovered else None,
        )
        work.alerts.add(alert)
        work.mails.add(self._mail_of(alert, news, wanted=channels.mail))
        _announce(work, "alert.withdrawn" if recovered else "alert.raised", alert)

    def _mail_of(self, alert: Alert, news: Happening, *, wanted: bool) -> Mail:
        """Return the mail that goes with an alert; one that is not sent is kept too, since the alert says so."""
        facts = {**news.facts, "caused_at": news.at.isoformat()}
        mail = Mail(self._ids(), alert.user_id, news.event_id, alert.kind, facts, alert.created_at, alert_id=alert.id)
        if not wanted:
            return replace(mail, state=MailState.SKIPPED, detail=_UNWANTED)
        if alert.withdrawn_at:
            return replace(mail, state=MailState.WITHDRAWN, detail=_WITHDRAWN)
        return mail


def _announce(work: Work, kind: str, alert: Alert) -> None:
    """Tell open browsers, unless the owner does not want this kind in the app."""
    if alert.listed:
        data = {"user_id": alert.user_id, "alert_id": alert.id, "kind": alert.kind, "title": alert.title}
        work.announce(kind, alert.id, data)
