"""The notifier's store over any database, with a clock that tests move."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from chassis.messaging.events import event_maker
from chassis.runtime.ids import uuid7
from chassis.storage.database import Database
from chassis.storage.migrations import migrate
from notifier.alerts.model import Alert
from notifier.delivery.model import Mail
from notifier.delivery.queue import MailQueue
from notifier.preferences.model import AlertKind
from notifier.recipients.model import Recipient
from notifier.store import NotifierStore

if TYPE_CHECKING:
    from collections.abc import Iterator


NOW = datetime(2015, 1, 24, 18, 0, 0, 250_000, tzinfo=UTC)


USER, OTHER = uuid7(), uuid7()


class ProcessStore(NotifierStore):
    """The store of one process, with its queue of emails."""

    def __init__(self, machine: Machine, owner: str) -> None:
        """Take the machine's clocks; `owner` names the process."""
        super().__init__(
            machine.database,
            make_event=event_maker("notifier", lambda: NOW, uuid7),
            owner=owner,
            now_ms=lambda: machine.ms,
            on_mails=machine.changes.extend,
        )
        queue = MailQueue(self, owner=owner, now_ms=lambda: machine.ms, elapsed=lambda: machine.seconds)
        self.claim, self.seconds_until_due = queue.claim, queue.seconds_until_due


class Machine:
    """The machine's time, and stores of processes that use it."""

    def __init__(self, database: Database) -> None:
        """Over a database that is migrated."""
        self.ms = 10_000_000
        self.seconds = 0.0
        self.changes: list[tuple[str, str]] = []
        self.database = database

    def store(self, owner: str = "one") -> ProcessStore:
        """Return the store of a process."""
        return ProcessStore(self, owner)

    def knowing(self) -> ProcessStore:
        """Return the store of a process; it knows Maria."""
        store = self.store()
        with store.write() as uow:
            uow.recipients.save(Recipient(USER, "sealed", "Maria 🍕", "ar-EG", "Africa/Cairo", 4, verified=True))
        return store


@contextmanager
def a_machine(url: str) -> Iterator[Machine]:
    """Migrate a database; return a machine."""
    database = Database(url)
    migrate(database, "notifier")
    try:
        yield Machine(database)
    finally:
        database.close()


def an_alert(**more: Any) -> Alert:
    """Return an example with some fields changed."""
    facts = {
        "id": uuid7(),
        "user_id": USER,
        "cause_id": uuid7(),
        "kind": AlertKind.EXCEEDED,
        "title": "بقالة 🍕",
        "body": "b" * 3000,
    }
    return Alert(**{**facts, "created_at": NOW, "listed": True, **more})


def a_mail(**more: Any) -> Mail:
    """Return an example with some fields changed."""
    facts = {
        "id": uuid7(),
        "user_id": USER,
        "event_id": uuid7(),
        "kind": "budget.exceeded",
        "facts": {"budget_name": "بقالة"},
        "at": NOW,
    }
    return Mail(**{**facts, **more})


def added(store: NotifierStore, *things: Alert | Mail) -> None:
    """Store them in one transaction."""
    with store.write() as uow:
        for thing in things:
            if isinstance(thing, Alert):
                uow.alerts.add(thing)
            else:
                uow.mails.add(thing)
