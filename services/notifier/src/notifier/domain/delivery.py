"""Sends what was intended: outside any transaction, once for each mail, with patience."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import UTC, datetime

from notifier.domain.doubts import Doubts, Known, Wait
from notifier.domain.errors import RefusedError, TryAgainError, UncertainError
from notifier.domain.mails import (
    BACK_OFF_SECONDS,
    CONFIRMATION,
    HOLD_SECONDS,
    LEASE_SECONDS,
    LONGEST_WAIT_SECONDS,
    OUR_FAULT,
    SEND_SECONDS,
    Envelope,
    Mail,
    MailState,
    Message,
)
from notifier.domain.ports import Clock, Mailer, Resume, Store

log = logging.getLogger("outlay.notifier")

_WAITS = "Waiting for you to confirm your address."
_UNCONFIRMED = "Your address was not confirmed within a week."
_EVENTS = {MailState.SENT: "notification.delivered", MailState.FAILED: "notification.failed"}


class Delivery:
    """The second step of a mail: claim, send, record.

    A claim is the record of an attempt. A mail with an attempt and no outcome is not simply sent: `doubts` decide.
    """

    def __init__(
        self,
        *,
        store: Store,
        mailer: Mailer,
        write: Callable[[Envelope], Message],
        clock: Clock,
        elapsed: Callable[[], float],
        doubts: Doubts,
        resume: Resume,
    ) -> None:
        """`elapsed` are seconds that only ever grow; `resume` goes on with the trace of the request that led to a mail."""
        self._store, self._mailer, self._write, self._clock = store, mailer, write, clock
        self._elapsed, self._doubts, self._resume = elapsed, doubts, resume
        self._unrecorded: tuple[Mail, MailState, str] | None = None

    def deliver_next(self) -> bool:
        """Deal with one mail that is due; False if there is none. Raises what the store raises."""
        self._record()
        begun = self._elapsed()  # before the claim: a lease can only look older than it is
        envelope = self._store.claim()
        if envelope is None:
            return False
        with self._resume(envelope.mail.trace):
            if envelope.unsure:
                self._look_into(envelope, begun)
            else:
                self._deal_with(envelope, begun)
        return True

    def _look_into(self, envelope: Envelope, begun: float) -> None:
        match self._doubts.verdict(envelope):
            case Known():
                self._accepted(envelope)
            case Wait(seconds, reason):
                self._keep_doubting(envelope, seconds=seconds, reason=reason)
            case _ if not self._given_up(envelope.mail):
                self._deal_with(envelope, begun)

    def _deal_with(self, envelope: Envelope, begun: float) -> None:
        mail = envelope.mail
        if envelope.withdrawn:
            self._settle(envelope, MailState.WITHDRAWN)
        elif mail.expires_at and mail.expires_at <= self._clock():
            self._settle(envelope, MailState.FAILED, "Its link had expired before it could be sent.")
        elif mail.alert_id and envelope.stop and not envelope.stop.lifted:
            self._settle(envelope, MailState.SKIPPED, f"Emails to your address have stopped. {envelope.stop.reason}")
        elif mail.alert_id and not envelope.verified:
            self._hold(envelope)
        else:
            self._attempt(envelope, begun)

    def _hold(self, envelope: Envelope) -> None:
        """Let a mail wait for its recipient's confirmation, which may have come since the claim."""
        mail, now = envelope.mail, self._clock()
        seconds = (mail.at + CONFIRMATION - now).total_seconds()
        if seconds <= 0:
            self._settle(envelope, MailState.SKIPPED, _UNCONFIRMED)
            return
        with self._store.begin(turn_of=mail.user_id) as work:
            recipient = work.recipients.find(mail.user_id)
            work.mails.hold(mail, at=now, seconds=min(seconds, HOLD_SECONDS), reason=_WAITS)
            if recipient is not None and recipient.verified:
                # The envelope may name an address that was replaced, so the mail is claimed anew.
                work.mails.release(mail.user_id, at=now)
        self._doubts.end(envelope)

    def _attempt(self, envelope: Envelope, begun: float) -> None:
        message = self._written(envelope)
        if message is None:
            return
        if envelope.unsure:
            envelope = self._begun_again(envelope)
        if self._elapsed() - begun > LEASE_SECONDS - SEND_SECONDS:
            # Another process may be about to think this one dead. What it will find is an attempt without an outcome.
            self._keep_doubting(envelope, seconds=0, reason="")
            return
        self._send(envelope, message)

    def _send(self, envelope: Envelope, message: Message) -> None:
        mail = envelope.mail
        try:
            self._mailer.send(message)
        except RefusedError as error:
            self._settle(envelope, MailState.FAILED, str(error))
        except TryAgainError as error:
            self._try_again(mail, str(error), after=error.after or 0.0)
        except UncertainError as error:
            self._doubt(envelope, str(error))
        except Exception as error:  # a fault of ours, perhaps after it was accepted: it must neither get lost nor doubled
            # The exception's own text could hold the address, so only its name is kept.
            log.error("mailer fails", extra={"mail_id": mail.id, "kind": mail.kind, "reason": type(error).__name__})
            self._doubt(envelope, OUR_FAULT)
        else:
            self._accepted(envelope)

    def _written(self, envelope: Envelope) -> Message | None:
        """Return the text; None if it could not be written, which is tried again."""
        try:
            return self._write(envelope)
        except Exception as error:  # a fault of ours, perhaps mended by the next release
            log.error("mail not written", extra={"kind": envelope.mail.kind, "reason": type(error).__name__})
            self._try_again(envelope.mail, OUR_FAULT)
            return None

    def _accepted(self, envelope: Envelope) -> None:
        self._settle(envelope, MailState.SENT)
        log.info("mail sent", extra={"mail_id": envelope.mail.id, "kind": envelope.mail.kind})

    def _begun_again(self, envelope: Envelope) -> Envelope:
        """Record that a further attempt begins, so that its doubts will not be taken for those of the last one."""
        with self._store.begin() as work:
            fresh = work.mails.begin_again(envelope)
        self._doubts.end(envelope)
        return fresh

    def _try_again(self, mail: Mail, reason: str, *, after: float = 0.0) -> None:
        if self._given_up(mail):
            return
        seconds = max(BACK_OFF_SECONDS[mail.attempts], min(after, LONGEST_WAIT_SECONDS))
        log.warning("mail not sent yet", extra={"mail_id": mail.id, "kind": mail.kind, "reason": reason, "again_in": seconds})
        with self._store.begin() as work:
            work.mails.postpone(mail, seconds=seconds, reason=reason)

    def _doubt(self, envelope: Envelope, reason: str) -> None:
        mail = envelope.mail
        self._doubts.begin(envelope)
        seconds = max(self._doubts.lag, BACK_OFF_SECONDS[min(mail.attempts, len(BACK_OFF_SECONDS) - 1)])
        log.warning("mail perhaps sent", extra={"mail_id": mail.id, "kind": mail.kind, "reason": reason, "asks_in": seconds})
        with self._store.begin() as work:
            work.mails.doubt(mail, seconds=seconds, reason=reason, ended=True)

    def _keep_doubting(self, envelope: Envelope, *, seconds: float, reason: str) -> None:
        with self._store.begin() as work:
            work.mails.doubt(envelope.mail, seconds=seconds, reason=reason, ended=False)

    def _given_up(self, mail: Mail) -> bool:
        if mail.attempts < len(BACK_OFF_SECONDS):
            return False
        self._unrecorded = (mail, MailState.FAILED, f"Given up after {mail.attempts + 1} attempts.")
        self._record()
        return True

    def _settle(self, envelope: Envelope, state: MailState, detail: str = "") -> None:
        # Remembered first: if the store is away just now, a mail that was accepted must not be sent again by this process.
        self._unrecorded = (envelope.mail, state, detail)
        self._record()
        self._doubts.end(envelope)

    def _record(self) -> None:
        if self._unrecorded is None:
            return
        mail, state, detail = self._unrecorded
        now = self._clock()
        with self._store.begin() as work:
            settled = work.mails.settle(mail, state, at=now, detail=detail)
            erased = not settled and not work.mails.exists(mail.id)
            if settled and state in _EVENTS:
                work.announce(_EVENTS[state], mail.alert_id or mail.id, outcome(mail, state, at=now, detail=detail))
        self._unrecorded = None
        if erased:  # the account was deleted while its mail was on the way
            self._mailer.forget([mail.id])


def outcome(mail: Mail, state: MailState, *, at: datetime, detail: str) -> dict[str, str | None]:
    """Return the data of an event about a mail."""
    return {
        "user_id": mail.user_id,
        "alert_id": mail.alert_id,
        "mail_id": mail.id,
        "kind": mail.kind,
        "channel": "mail",
        "state": str(state),
        "at": at.astimezone(UTC).isoformat().replace("+00:00", "Z"),
        "detail": detail,
    }
