"""Sends what was intended: outside any transaction, once for each mail, with patience."""

from __future__ import annotations

import logging
from datetime import UTC, datetime

from notifier.domain.errors import RefusedError, TryAgainError
from notifier.domain.mails import BACK_OFF_SECONDS, Envelope, Mail, MailState, Message
from notifier.domain.ports import Clock, Mailer, Open, Resume, Store, Texts

log = logging.getLogger("outlay.notifier")

_EVENTS = {MailState.SENT: "notification.delivered", MailState.FAILED: "notification.failed"}


class Delivery:
    """The second step of a mail: claim, send, record."""

    def __init__(self, *, store: Store, mailer: Mailer, texts: Texts, open_sealed: Open, clock: Clock, resume: Resume) -> None:
        """Take what it works with; `resume` goes on with the trace of the request that led to a mail."""
        self._store, self._mailer, self._texts, self._open, self._clock = store, mailer, texts, open_sealed, clock
        self._resume = resume
        self._unrecorded: tuple[Mail, MailState, str] | None = None

    def deliver_next(self) -> bool:
        """Deal with one mail that is due; False if there is none. Raises what the store raises."""
        self._record()
        envelope = self._store.claim()
        if envelope is None:
            return False
        with self._resume(envelope.mail.trace):
            self._deal_with(envelope)
        return True

    def _deal_with(self, envelope: Envelope) -> None:
        mail = envelope.mail
        if envelope.withdrawn:
            self._settle(mail, MailState.WITHDRAWN)
        elif mail.expires_at and mail.expires_at <= self._clock():
            self._settle(mail, MailState.FAILED, "Its link had expired before it could be sent.")
        else:
            self._send(envelope)

    def _send(self, envelope: Envelope) -> None:
        mail = envelope.mail
        try:
            self._mailer.send(self._written(envelope))
        except RefusedError as error:
            self._settle(mail, MailState.FAILED, str(error))
        except TryAgainError as error:
            self._try_again(mail, str(error))
        except Exception as error:  # a fault of ours, perhaps mended by the next release: the mail must not get lost
            # The exception's own text could hold the address, so only its name is kept.
            self._try_again(mail, type(error).__name__)
        else:
            self._settle(mail, MailState.SENT)
            log.info("mail sent", extra={"mail_id": mail.id, "kind": mail.kind})

    def _written(self, envelope: Envelope) -> Message:
        mail = envelope.mail
        token = self._open(mail.token) if mail.token else ""
        text = self._texts.mail(mail, name=envelope.name, locale=envelope.locale, token=token, now=self._clock())
        return Message(
            mail_id=mail.id,
            user_id=mail.user_id,
            to=self._open(envelope.address),
            subject=text.subject,
            text=text.text,
            html=text.html,
            name=mail.name,
            event_id=mail.event_id,
            unsubscribe="",
        )

    def _try_again(self, mail: Mail, reason: str) -> None:
        if mail.attempts >= len(BACK_OFF_SECONDS):
            self._settle(mail, MailState.FAILED, f"Given up after {mail.attempts + 1} attempts.")
            return
        seconds = BACK_OFF_SECONDS[mail.attempts]
        log.warning("mail not sent yet", extra={"mail_id": mail.id, "kind": mail.kind, "reason": reason, "again_in": seconds})
        with self._store.begin() as work:
            work.mails.postpone(mail, seconds=seconds)

    def _settle(self, mail: Mail, state: MailState, detail: str = "") -> None:
        # Remembered first: if the store is away just now, a mail that was accepted must not be sent again by this process.
        self._unrecorded = (mail, state, detail)
        self._record()

    def _record(self) -> None:
        if self._unrecorded is None:
            return
        mail, state, detail = self._unrecorded
        now = self._clock()
        with self._store.begin() as work:
            settled = work.mails.settle(mail, state, at=now, detail=detail)
            erased = not settled and not work.mails.exists(mail.id)
            if settled and state in _EVENTS:
                work.announce(_EVENTS[state], mail.alert_id or mail.id, _outcome(mail, now, detail))
        self._unrecorded = None
        if erased:  # the account was deleted while its mail was on the way
            self._mailer.forget([mail.id])


def _outcome(mail: Mail, at: datetime, detail: str) -> dict[str, str | None]:
    return {
        "user_id": mail.user_id,
        "alert_id": mail.alert_id,
        "mail_id": mail.id,
        "kind": mail.kind,
        "channel": "mail",
        "at": at.astimezone(UTC).isoformat().replace("+00:00", "Z"),
        "detail": detail,
    }
