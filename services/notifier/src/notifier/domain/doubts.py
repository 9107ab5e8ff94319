"""Mails whose last attempt has no outcome: how long to wait, whom to ask, and when to send again.

All waiting is measured by this process on a clock that nobody can set. A doubt that another process began is as old as this
process's own sight of it, so that a clock that was put forward cannot make a mail be sent again too soon.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from notifier.domain.errors import TryAgainError
from notifier.domain.mails import Envelope, Trail
from notifier.domain.ports import Mailer

REPORT_SECONDS = 600.0
"""How long the event webhook is waited for."""
SILENCE_SECONDS = 3600.0
"""How long a provider is asked that does not answer."""
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
            return Send() if age >= SILENCE_SECONDS else Wait(max(self.lag, error.after or 0.0, 1.0), str(error))
        if trail == Trail.ACCEPTED:
            return Known()
        if trail == Trail.UNTOLD and self._mailer.reports and age < REPORT_SECONDS:
            return Wait(REPORT_SECONDS - age, "Waiting for the provider to say whether it was sent.")
        return Send()

    def _age(self, envelope: Envelope) -> float:
        now = self._elapsed()
        known = envelope.mail.id, envelope.attempt
        if known not in self._seen:  # most are settled by another process, so this memory is swept now and then
            self._seen = {key: since for key, since in self._seen.items() if now - since < _LONGEST_MEMORY_SECONDS}
        return now - self._seen.setdefault(known, now)
