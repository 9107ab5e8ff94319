"""A mailer around another one: makes a span of each time the provider is asked, and measures how old what it took had become."""

from __future__ import annotations

from collections.abc import Sequence

from chassis.runtime import context
from chassis.runtime.clock import Clock
from chassis.runtime.metrics import Metrics
from chassis.runtime.tracing import Kind
from notifier.domain.mails import Message, Trail
from notifier.domain.ports import Mailer


class TracedMailer:
    """The port Mailer. What is sent and to whom stays out of the span."""

    def __init__(self, mailer: Mailer, *, metrics: Metrics, clock: Clock) -> None:
        """Go around `mailer`; `clock` is the one by which events happen."""
        self._mailer, self._metrics, self._clock = mailer, metrics, clock

    @property
    def reports(self) -> bool:
        """As the other says."""
        return self._mailer.reports

    def send(self, message: Message) -> None:
        """Send with the other; its errors go through."""
        attributes = {"outlay.mail": message.name, "outlay.mail_id": message.mail_id, "outlay.event_id": message.event_id}
        with context.span("send mail", Kind.CLIENT, attributes):
            self._mailer.send(message)
        if message.due_since is not None:
            seconds = (self._clock() - message.due_since).total_seconds()
            self._metrics.alerts.labels(message.name).observe(max(0.0, seconds))

    def trail(self, mail_id: str) -> Trail:
        """Ask the other; its errors go through."""
        with context.span("ask for mail", Kind.CLIENT, {"outlay.mail_id": mail_id}):
            return self._mailer.trail(mail_id)

    def forget(self, mail_ids: Sequence[str]) -> None:
        """Let the other forget."""
        self._mailer.forget(mail_ids)
