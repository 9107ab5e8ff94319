"""Traces another mailer, and measures how long alerts took until the provider accepted them."""

from __future__ import annotations

from collections.abc import Sequence

from chassis.runtime import context
from chassis.runtime.clock import Clock
from chassis.runtime.metrics import Metrics
from chassis.runtime.tracing import Kind
from notifier.delivery.mailer import Mailer
from notifier.delivery.model import Message, ProviderStatus


class TracedMailer:
    """Wraps a mailer. Recipient and content stay out of the spans."""

    def __init__(self, mailer: Mailer, *, metrics: Metrics, clock: Clock) -> None:
        """Wrap `mailer`; `clock` is the clock of events."""
        self._mailer, self._metrics, self._clock = mailer, metrics, clock

    @property
    def reports(self) -> bool:
        return self._mailer.reports

    def send(self, message: Message) -> None:
        """Send; errors pass through."""
        attributes = {"outlay.mail": message.name, "outlay.mail_id": message.mail_id, "outlay.event_id": message.event_id}
        with context.span("send mail", Kind.CLIENT, attributes):
            self._mailer.send(message)
        if message.due_since is not None:
            seconds = (self._clock() - message.due_since).total_seconds()
            self._metrics.alerts.labels(message.name).observe(max(0.0, seconds))

    def status_of(self, mail_id: str) -> ProviderStatus:
        """Ask the provider; errors pass through."""
        with context.span("ask about mail", Kind.CLIENT, {"outlay.mail_id": mail_id}):
            return self._mailer.status_of(mail_id)

    def forget(self, mail_ids: Sequence[str]) -> None:
        self._mailer.forget(mail_ids)
