"""Mails whose last attempt has no outcome: how long to wait, whom to ask, and when to send again.

All waiting is measured by this process on a clock that nobody can set. A doubt that another process began is as old as this
process's own sight of it, so that a clock that was put forward cannot make a mail be sent again too soon.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass

from notifier.domain.errors import TryAgainError
from notifier.domain.mails import LONGEST_WAIT_SECONDS, OUR_FAULT, Envelope, Trail
from notifier.domain.ports import Mailer

log = logging.getLogger("outlay.notifier")

REPORT_SECONDS = 600.0
"""How long the event webhook is waited for."""
SILENCE_SECONDS = 3600.0
"""How long a provider is asked that does not answer."""
_LEAST_SECONDS = 1.0
_LONGEST_MEMORY_SECONDS = 24 * 3600.0


@dataclass(frozen=True, slots=True)
class Known:
    """The mail was accepted."""


@dataclass(frozen=True, slots=True)
class Send:
    """Sending again is right: the provider does not have it, or there is nobody left to ask."""


@dataclass(frozen=True, slots=True)
class Wait:
    """Nothing is known yet."""

    seconds: float
    reason: str


class Doubts:
    """Decides what to do with a mail that may have been accepted."""

    def __init__(self, *, mailer: Mailer, elapsed: Callable[[], float], lag: float) -> None:
        """`elapsed` are seconds that only ever grow; `lag` is how long a provider may not know yet what it accepted."""
        self._mailer, self._elapsed, self.lag = mailer, elapsed, lag
        self._seen: dict[tuple[str, int], float] = {}

    def begin(self, envelope: Envelope) -> None:
        """Note that an attempt of this process has just ended without an outcome."""
        self._seen[envelope.mail.id, envelope.attempt] = self._elapsed()

    def end(self, envelope: Envelope) -> None:
        """Forget about a mail."""
        self._seen.pop((envelope.mail.id, envelope.attempt), None)

    def verdict(self, envelope: Envelope) -> Known | Send | Wait:
        """Say what to do with a mail that was claimed as unsure."""
        age = self._age(envelope)
        if age < self.lag:
            return Wait(self.lag - age, "It is being checked whether it was sent.")
        try:
            trail = self._mailer.trail(envelope.mail.id)
        except TryAgainError as error:
            return self._unanswered(age, str(error), after=error.after or 0.0)
        except Exception as error:  # a fault of ours; it must not keep the other mails waiting
            log.error("mailer fails", extra={"mail_id": envelope.mail.id, "reason": type(error).__name__})
            return self._unanswered(age, OUR_FAULT)
        if trail == Trail.ACCEPTED:
            return Known()
        if trail == Trail.UNTOLD and self._mailer.reports and age < REPORT_SECONDS:
            return Wait(REPORT_SECONDS - age, "Waiting for the provider to say whether it was sent.")
        return Send()

    def _unanswered(self, age: float, reason: str, *, after: float = 0.0) -> Send | Wait:
        if age >= SILENCE_SECONDS:
            return Send()
        return Wait(max(self.lag, min(after, LONGEST_WAIT_SECONDS), _LEAST_SECONDS), reason)

    def _age(self, envelope: Envelope) -> float:
        now = self._elapsed()
        known = envelope.mail.id, envelope.attempt
        if known not in self._seen:  # most are settled by another process, so this memory is swept now and then
            self._seen = {key: since for key, since in self._seen.items() if now - since < _LONGEST_MEMORY_SECONDS}
        return now - self._seen.setdefault(known, now)
