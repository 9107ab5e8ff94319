"""Sends emails: each once, outside any transaction, with retries."""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime

from chassis.runtime.clock import Clock, to_wire
from notifier.delivery.backoff import is_exhausted, seconds_until_retry
from notifier.delivery.mailer import Mailer, RefusedError, TryAgainError, UncertainError
from notifier.delivery.model import (
    CONFIRMATION_PERIOD,
    HOLD_SECONDS,
    INTERNAL_FAULT,
    LEASE_SECONDS,
    SEND_SECONDS,
    ClaimedMail,
    Mail,
    MailState,
    Message,
)
from notifier.delivery.queue import MailQueue
from notifier.delivery.uncertain import Accepted, UncertainDeliveries, Wait
from notifier.store import NotifierStore

log = logging.getLogger("outlay.notifier")

_HELD = "Waiting for you to confirm your address."
_UNCONFIRMED = "You did not confirm your address within a week."
_EVENTS = {MailState.SENT: "notification.delivered", MailState.FAILED: "notification.failed"}


class DeliveryService:
    """Claims, sends and records.

    A claim records an attempt. An email with an attempt and no outcome is never simply sent again: `uncertain` decides (ADR 011).
    """

    def __init__(
        self,
        *,
        store: NotifierStore,
        queue: MailQueue,
        mailer: Mailer,
        compose: Callable[[ClaimedMail], Message],
        clock: Clock,
        elapsed: Callable[[], float],
        uncertain: UncertainDeliveries,
        resume: Callable[[str], AbstractContextManager[None]],
    ) -> None:
        """`elapsed` is a monotonic clock in seconds; `resume` continues the trace of the request that caused an email."""
        self._store, self._queue, self._mailer, self._compose = store, queue, mailer, compose
        self._clock, self._elapsed, self._uncertain, self._resume = clock, elapsed, uncertain, resume
        self._unrecorded: tuple[Mail, MailState, str] | None = None

    def deliver_next(self) -> bool:
        """Process one email that is due; False if there is none. Raises what the store raises."""
        self._record()
        begun = self._elapsed()  # before the claim, so that the lease can only seem older than it is
        claimed = self._queue.claim()
        if claimed is None:
            return False
        with self._resume(claimed.mail.trace):
            if claimed.uncertain:
                self._resolve(claimed, begun)
            else:
                self._deliver(claimed, begun)
        return True

    def _resolve(self, claimed: ClaimedMail, begun: float) -> None:
        match self._uncertain.decide(claimed):
            case Accepted():
                self._accept(claimed)
            case Wait(seconds, reason):
                self._keep_waiting(claimed, seconds=seconds, reason=reason)
            case _ if not self._give_up(claimed.mail):
                self._deliver(claimed, begun)

    def _deliver(self, claimed: ClaimedMail, begun: float) -> None:
        mail = claimed.mail
        if claimed.withdrawn:
            self._settle(claimed, MailState.WITHDRAWN)
        elif mail.expires_at and mail.expires_at <= self._clock():
            self._settle(claimed, MailState.FAILED, "Its link expired before it could be sent.")
        elif mail.alert_id and claimed.stop and not claimed.stop.lifted:
            self._settle(claimed, MailState.SKIPPED, f"Emails to your address have stopped. {claimed.stop.reason}")
        elif mail.alert_id and not claimed.verified:
            self._hold(claimed)
        else:
            self._attempt(claimed, begun)

    def _hold(self, claimed: ClaimedMail) -> None:
        """Hold an email until its recipient confirms the address, which may have happened since the claim."""
        mail, now = claimed.mail, self._clock()
        seconds = (mail.at + CONFIRMATION_PERIOD - now).total_seconds()
        if seconds <= 0:
            self._settle(claimed, MailState.SKIPPED, _UNCONFIRMED)
            return
        with self._store.write() as uow:
            uow.recipients.lock(mail.user_id)
            recipient = uow.recipients.find(mail.user_id)
            uow.mails.hold(mail, at=now, seconds=min(seconds, HOLD_SECONDS), reason=_HELD)
            if recipient is not None and recipient.verified:
                # The claim may name an address that was replaced since, so the email is claimed anew.
                uow.mails.release(mail.user_id, at=now)
        self._uncertain.end(claimed)

    def _attempt(self, claimed: ClaimedMail, begun: float) -> None:
        message = self._composed(claimed)
        if message is None:
            return
        if claimed.uncertain:
            claimed = self._start_new_attempt(claimed)
        if self._elapsed() - begun > LEASE_SECONDS - SEND_SECONDS:
            # Another process may soon consider this one dead. It will find an attempt without an outcome.
            self._keep_waiting(claimed, seconds=0, reason="")
            return
        self._send(claimed, message)

    def _composed(self, claimed: ClaimedMail) -> Message | None:
        """Return the message; None if it could not be composed, which is tried again."""
        try:
            return self._compose(claimed)
        except Exception as error:  # a bug of ours, which the next release may fix
            log.error("email not composed", extra={"kind": claimed.mail.kind, "reason": type(error).__name__})
            self._retry(claimed.mail, INTERNAL_FAULT)
            return None

    def _start_new_attempt(self, claimed: ClaimedMail) -> ClaimedMail:
        """Record a further attempt, so that its outcome is not confused with that of the last one."""
        with self._store.write() as uow:
            started = uow.mails.start_attempt(claimed)
        self._uncertain.end(claimed)
        return started

    def _send(self, claimed: ClaimedMail, message: Message) -> None:
        mail = claimed.mail
        try:
            self._mailer.send(message)
        except RefusedError as error:
            self._settle(claimed, MailState.FAILED, str(error))
        except TryAgainError as error:
            self._retry(mail, str(error), after=error.after or 0.0)
        except UncertainError as error:
            self._mark_uncertain(claimed, str(error))
        except Exception as error:  # a bug of ours, perhaps after acceptance: the email must be neither lost nor duplicated
            # The exception's text could hold the address, so only its name is logged.
            log.error("mailer failed", extra={"mail_id": mail.id, "kind": mail.kind, "reason": type(error).__name__})
            self._mark_uncertain(claimed, INTERNAL_FAULT)
        else:
            self._accept(claimed)

    def _accept(self, claimed: ClaimedMail) -> None:
        self._settle(claimed, MailState.SENT)
        log.info("email sent", extra={"mail_id": claimed.mail.id, "kind": claimed.mail.kind})

    def _retry(self, mail: Mail, reason: str, *, after: float = 0.0) -> None:
        if self._give_up(mail):
            return
        seconds = seconds_until_retry(mail, after=after)
        log.warning("email not sent yet", extra={"mail_id": mail.id, "kind": mail.kind, "reason": reason, "again_in": seconds})
        with self._store.write() as uow:
            uow.mails.postpone(mail, seconds=seconds, reason=reason)

    def _mark_uncertain(self, claimed: ClaimedMail, reason: str) -> None:
        mail = claimed.mail
        self._uncertain.begin(claimed)
        seconds = max(self._uncertain.lag, seconds_until_retry(mail))
        log.warning("email may have been sent", extra={"mail_id": mail.id, "kind": mail.kind, "reason": reason, "asks_in": seconds})
        with self._store.write() as uow:
            uow.mails.mark_uncertain(mail, seconds=seconds, reason=reason, ended=True)

    def _keep_waiting(self, claimed: ClaimedMail, *, seconds: float, reason: str) -> None:
        with self._store.write() as uow:
            uow.mails.mark_uncertain(claimed.mail, seconds=seconds, reason=reason, ended=False)

    def _give_up(self, mail: Mail) -> bool:
        """Record a failure after the last attempt; False if there are more."""
        if not is_exhausted(mail):
            return False
        self._unrecorded = (mail, MailState.FAILED, f"Gave up after {mail.attempts + 1} attempts.")
        self._record()
        return True

    def _settle(self, claimed: ClaimedMail, state: MailState, detail: str = "") -> None:
        # Remembered first: if the store is unavailable now, this process must not send an accepted email again.
        self._unrecorded = (claimed.mail, state, detail)
        self._record()
        self._uncertain.end(claimed)

    def _record(self) -> None:
        """Record the last outcome unless that is done."""
        if self._unrecorded is None:
            return
        mail, state, detail = self._unrecorded
        now = self._clock()
        with self._store.write() as uow:
            settled = uow.mails.settle(mail, state, at=now, detail=detail)
            erased = not settled and not uow.mails.exists(mail.id)
            if settled and state in _EVENTS:
                uow.publish(_EVENTS[state], mail.alert_id or mail.id, outcome(mail, state, at=now, detail=detail))
        self._unrecorded = None
        if erased:  # the account was deleted while its email was being sent
            self._mailer.forget([mail.id])


def outcome(mail: Mail, state: MailState, *, at: datetime, detail: str) -> dict[str, str | None]:
    """Return the data of an event about an email."""
    return {
        "user_id": mail.user_id,
        "alert_id": mail.alert_id,
        "mail_id": mail.id,
        "kind": mail.kind,
        "channel": "mail",
        "state": str(state),
        "at": to_wire(at),
        "detail": detail,
    }
