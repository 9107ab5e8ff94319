"""Deliveries whose last attempt has no known outcome: how long to wait, whom to ask, and when to send again.

All waits are measured by this process on a monotonic clock. An uncertain delivery of another process counts from when this
process first saw it, so that moving the wall clock cannot make an email be sent again too soon.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass

from notifier.delivery.backoff import LONGEST_WAIT_SECONDS
from notifier.delivery.mailer import Mailer, TryAgainError
from notifier.delivery.model import INTERNAL_FAULT, ClaimedMail, ProviderStatus

log = logging.getLogger("outlay.notifier")

REPORT_SECONDS = 600.0
"""How long to wait for the provider's delivery report."""
SILENCE_SECONDS = 3600.0
"""How long to keep asking a provider that does not answer."""
_SHORTEST_WAIT_SECONDS = 1.0
_LONGEST_MEMORY_SECONDS = 24 * 3600.0


@dataclass(frozen=True, slots=True)
class Accepted:
    """The provider accepted the email."""


@dataclass(frozen=True, slots=True)
class SendAgain:
    """The provider does not have the email, or its state is unknown."""


@dataclass(frozen=True, slots=True)
class Wait:
    """The outcome is still unknown."""

    seconds: float
    reason: str


class UncertainDeliveries:
    """Decides what to do about an email that may have been accepted."""

    def __init__(self, *, mailer: Mailer, elapsed: Callable[[], float], lag: float) -> None:
        """`elapsed` is a monotonic clock in seconds; `lag` is how long a provider may not yet know what it accepted."""
        self._mailer, self._elapsed, self.lag = mailer, elapsed, lag
        self._first_seen: dict[tuple[str, int], float] = {}

    def begin(self, claimed: ClaimedMail) -> None:
        """Note that an attempt of this process just ended without an outcome."""
        self._first_seen[claimed.mail.id, claimed.attempt] = self._elapsed()

    def end(self, claimed: ClaimedMail) -> None:
        """Forget an attempt."""
        self._first_seen.pop((claimed.mail.id, claimed.attempt), None)

    def decide(self, claimed: ClaimedMail) -> Accepted | SendAgain | Wait:
        """Decide what to do about an email that was claimed as uncertain."""
        age = self._age(claimed)
        if age < self.lag:
            return Wait(self.lag - age, "Checking whether it was sent.")
        try:
            status = self._mailer.status_of(claimed.mail.id)
        except TryAgainError as error:
            return self._unanswered(age, str(error), after=error.after or 0.0)
        except Exception as error:  # a bug of ours; it must not hold up other emails
            log.error("mailer failed", extra={"mail_id": claimed.mail.id, "reason": type(error).__name__})
            return self._unanswered(age, INTERNAL_FAULT)
        if status == ProviderStatus.ACCEPTED:
            return Accepted()
        if status == ProviderStatus.UNKNOWN and self._mailer.reports and age < REPORT_SECONDS:
            return Wait(REPORT_SECONDS - age, "Waiting for the provider to report whether it was sent.")
        return SendAgain()

    def _unanswered(self, age: float, reason: str, *, after: float = 0.0) -> SendAgain | Wait:
        if age >= SILENCE_SECONDS:
            return SendAgain()
        return Wait(max(self.lag, min(after, LONGEST_WAIT_SECONDS), _SHORTEST_WAIT_SECONDS), reason)

    def _age(self, claimed: ClaimedMail) -> float:
        now = self._elapsed()
        attempt = claimed.mail.id, claimed.attempt
        if attempt not in self._first_seen:  # other processes settle most attempts, so old entries are dropped now and then
            self._first_seen = {key: since for key, since in self._first_seen.items() if now - since < _LONGEST_MEMORY_SECONDS}
        return now - self._first_seen.setdefault(attempt, now)
