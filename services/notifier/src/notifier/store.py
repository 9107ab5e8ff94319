"""The notifier's store: its repositories in one unit of work."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from chassis.messaging.events import MakeEvent
from chassis.storage.database import Database
from chassis.storage.unit_of_work import SqlStore, UnitOfWork
from notifier import tables as t
from notifier.alerts.store import AlertRepository
from notifier.delivery.store import MailRepository
from notifier.delivery_reports.store import DeliveryReportRepository
from notifier.preferences.store import PreferenceRepository
from notifier.recipients.store import RecipientRepository

_NOTES_KEPT_MS = 60 * 24 * 3600 * 1000

MailChanges = Sequence[tuple[str, str]]
"""(kind, state) of each email that a transaction added or changed."""


class NotifierUnitOfWork(UnitOfWork):
    """One transaction of the notifier."""

    def __init__(self, connection: Connection, *, make_event: MakeEvent, owner: str, now_ms: Callable[[], int]) -> None:
        """`owner` names this process in claims; `now_ms` is the machine's time."""
        super().__init__(connection, tables=t.shared, make_event=make_event)
        self.mails = MailRepository(connection, owner=owner, now_ms=now_ms)
        self.alerts = AlertRepository(connection, self.mails, now_ms=now_ms)
        self.recipients = RecipientRepository(connection, now_ms=now_ms)
        self.preferences = PreferenceRepository(connection)
        self.reports = DeliveryReportRepository(connection, now_ms=now_ms)
        self._now_ms = now_ms

    def clean_up(self) -> None:
        """Delete notes that no late event can need any more."""
        super().clean_up()
        for table in (t.recovery, t.departed, t.mail_report):
            self.connection.execute(sa.delete(table).where(table.c.at_ms < self._now_ms() - _NOTES_KEPT_MS))


class NotifierStore(SqlStore[NotifierUnitOfWork]):
    """The notifier's tables in a database."""

    def __init__(
        self,
        database: Database,
        *,
        make_event: MakeEvent,
        owner: str,
        now_ms: Callable[[], int],
        on_mails: Callable[[MailChanges], None] = lambda _changes: None,
    ) -> None:
        """`owner` names this process among those on the database; `now_ms` is the machine's time.

        `on_mails` is called after each commit that changed emails.
        """
        make = partial(NotifierUnitOfWork, make_event=make_event, owner=owner, now_ms=now_ms)
        super().__init__(database, make)
        self._on_mails = on_mails

    @contextmanager
    def write(self) -> Iterator[NotifierUnitOfWork]:
        """Begin a unit of work, and report its emails once it is committed. Raises StoreUnavailableError."""
        with super().write() as uow:
            yield uow
        if uow.mails.changes:
            self._on_mails(uow.mails.changes)
