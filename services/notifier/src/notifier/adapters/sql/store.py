"""The store as a whole: transactions, claims, tidying."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from chassis.messaging.events import MakeEvent
from chassis.messaging.relay import ALONE
from chassis.storage.database import Database, unless_raced
from chassis.storage.idempotency import IdempotencyStore
from chassis.storage.inbox import Inbox
from chassis.storage.outbox import add_events
from notifier.adapters.sql import tables as t
from notifier.adapters.sql.alerts import SqlAlerts
from notifier.adapters.sql.claims import LOOK_SECONDS, Seen, Watch, held_by_others
from notifier.adapters.sql.mails import SqlMails
from notifier.adapters.sql.recipients import SqlPreferences, SqlRecipients
from notifier.domain.mails import Envelope
from notifier.domain.ports import Work

_NOTES_KEPT_MS = 60 * 24 * 3600 * 1000

Changes = Sequence[tuple[str, str]]
"""(kind, state) of each mail that a transaction added or changed."""


class SqlStore:
    """The port Store over a database."""

    def __init__(
        self,
        database: Database,
        *,
        make_event: MakeEvent,
        owner: str,
        now_ms: Callable[[], int],
        elapsed: Callable[[], float] = time.monotonic,
        on_mails: Callable[[Changes], None] = lambda _changes: None,
    ) -> None:
        """`now_ms` is the machine's time, for waiting, and `elapsed` seconds that only ever grow, for leases.

        `owner` names this process among those that share the database; `on_mails` is called after each commit that changed mails.
        """
        self._database, self._make_event, self._owner, self._now_ms = database, make_event, owner, now_ms
        self._on_mails, self._watch = on_mails, Watch(elapsed)

    @contextmanager
    def begin(self, *, turn_of: str | None = None) -> Iterator[Work]:
        """Write: all or nothing. With `turn_of`, no other such transaction for this user runs at the same time."""
        with self._database.begin() as connection:
            if turn_of is not None:
                # An update locks the row in every dialect. It comes first, before anything is read, or MySQL would go on
                # reading what was there before the lock was free.
                mine = t.recipient.c.user_id == turn_of
                connection.execute(t.recipient.update().where(mine).values(turn=t.recipient.c.turn + 1))
            mails = self._mails(connection)
            yield self._work(connection, mails)
        self._tell(mails)

    @contextmanager
    def read(self) -> Iterator[Work]:
        """Read one moment of the store."""
        with self._database.read() as connection:
            yield self._work(connection, self._mails(connection))

    def claim(self) -> Envelope | None:
        """Return a mail that is due and that no other process gets while it is being sent; None if none is due."""
        while (seen := self._next_due()) is not None:
            with self._database.begin() as connection:
                envelope = self._mails(connection).claim(seen)
            if envelope is not None:
                return envelope
        return None

    def seconds_until_due(self) -> float | None:
        """Return how long until a mail may be due, None if none is pending."""
        with self._database.read() as connection:
            earliest = self._mails(connection).earliest_ms()
        own = None if earliest is None else max(0.0, (earliest - self._now_ms()) / 1000)
        others = LOOK_SECONDS if self._watch.waits() else None
        return min((wait for wait in (own, others) if wait is not None), default=None)

    def clean_up(self) -> None:
        """Forget notes that no late event can need any more."""
        with self._database.begin() as connection:
            Inbox(connection, t.shared.inbox).forget_old()
            IdempotencyStore(connection, t.shared.replay).delete_old()
            for table in (t.recovery, t.departed, t.mail_report):
                connection.execute(sa.delete(table).where(table.c.at_ms < self._now_ms() - _NOTES_KEPT_MS))

    def _next_due(self) -> Seen | None:
        """Look without a writing transaction first: most often there is nothing."""
        with self._database.read() as connection:
            if self._owner != ALONE and self._watch.due():
                self._watch.look(
                    [(mail_id, owner, made) for mail_id, owner, made in connection.execute(held_by_others(self._owner))]
                )
            return self._mails(connection).next_due(self._watch.abandoned())

    def _mails(self, connection: Connection) -> SqlMails:
        return SqlMails(connection, owner=self._owner, now_ms=self._now_ms)

    def _work(self, connection: Connection, mails: SqlMails) -> Work:
        def announce(kind: str, subject: str, data: Mapping[str, Any]) -> None:
            add_events(connection, t.shared.outbox, [self._make_event(kind, subject, data)])

        return Work(
            recipients=SqlRecipients(connection, now_ms=self._now_ms),
            alerts=SqlAlerts(connection, mails, now_ms=self._now_ms),
            mails=mails,
            preferences=SqlPreferences(connection),
            announce=announce,
            first_time=Inbox(connection, t.shared.inbox).first_time,
            first_report=lambda report_id: self._first_report(connection, report_id),
        )

    def _first_report(self, connection: Connection, report_id: str) -> bool:
        if connection.execute(sa.select(t.mail_report.c.id).where(t.mail_report.c.id == report_id)).first() is not None:
            return False
        with unless_raced():
            connection.execute(t.mail_report.insert(), {"id": report_id, "at_ms": self._now_ms()})
        return True

    def _tell(self, mails: SqlMails) -> None:
        if mails.changes:
            self._on_mails(mails.changes)
