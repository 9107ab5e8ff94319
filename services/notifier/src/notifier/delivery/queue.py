"""The emails that wait to be sent, shared by all processes on one database."""

from __future__ import annotations

from collections.abc import Callable

from chassis.messaging.relay import ALONE
from notifier.delivery.claims import CHECK_SECONDS, ClaimMonitor, DueMail
from notifier.delivery.model import ClaimedMail
from notifier.store import NotifierStore


class MailQueue:
    """Hands each due email to one process at a time."""

    def __init__(self, store: NotifierStore, *, owner: str, now_ms: Callable[[], int], elapsed: Callable[[], float]) -> None:
        """`owner` names this process; `now_ms` is the machine's time, for waits, and `elapsed` a monotonic clock, for leases."""
        self._store, self._owner, self._now_ms = store, owner, now_ms
        self._monitor = ClaimMonitor(elapsed)

    def claim(self) -> ClaimedMail | None:
        """Return an email that is due, with an attempt recorded for it; None if none is due.

        No other process gets it until this one gives it back or has visibly held it for LEASE_SECONDS.
        """
        while (due := self._next_due()) is not None:
            with self._store.write() as uow:
                claimed = uow.mails.claim(due)
            if claimed is not None:
                return claimed
        return None

    def seconds_until_due(self) -> float | None:
        """Return how long until an email may be due; None if none is pending."""
        with self._store.read() as uow:
            earliest = uow.mails.earliest_due_ms()
        own = None if earliest is None else max(0.0, (earliest - self._now_ms()) / 1000)
        others = CHECK_SECONDS if self._monitor.has_claims() else None
        return min((wait for wait in (own, others) if wait is not None), default=None)

    def _next_due(self) -> DueMail | None:
        # A reading transaction first: most of the time nothing is due.
        with self._store.read() as uow:
            if self._owner != ALONE and self._monitor.is_check_due():
                self._monitor.check(uow.mails.claims_of_others())
            return uow.mails.next_due(self._monitor.abandoned())
