"""A store of an earlier version is migrated without loss."""

from __future__ import annotations

from dataclasses import replace
from importlib import import_module
from importlib.resources import files
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.operations import Operations

from chassis.messaging.events import event_maker
from chassis.runtime.ids import uuid7
from chassis.storage.database import Database
from chassis.storage.migrations import migrate
from notifier.delivery.queue import MailQueue
from notifier.store import NotifierStore
from support.notifier_events import NOON
from testing.servers.stores import STORES, fresh_url

if TYPE_CHECKING:
    from collections.abc import Iterator


def at_revision(database: Database, revision: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(files("notifier") / "migrations"))
    with database.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)


def a_mail(database: Database, *, claimed_by: str | None) -> str:
    row = {
        "id": uuid7(),
        "user_id": uuid7(),
        "event_id": uuid7(),
        "kind": "budget.exceeded",
        "state": "pending",
        "facts": "{}",
        "attempts": 0,
        "due_ms": 5,
        "claimed_by": claimed_by,
        "claimed_until_ms": 7 if claimed_by else 0,
        "at_ms": 5,
        "detail": "",
        "trace": "",
    }
    with database.begin() as connection:
        connection.execute(sa.table("mail", *map(sa.column, row)).insert(), row)
    return row["id"]


def a_person(database: Database) -> str:
    """Store a person as versions before 0003 do."""
    row = {"user_id": uuid7(), "address": "sealed", "name": "Maria", "locale": "en-US", "time_zone": "UTC", "version": 1, "turn": 0}
    with database.begin() as connection:
        connection.execute(sa.table("recipient", *map(sa.column, row)).insert(), row)
    return str(row["user_id"])


def a_store(database: Database) -> NotifierStore:
    return NotifierStore(database, make_event=event_maker("notifier", lambda: NOON, uuid7), owner="home", now_ms=lambda: 10)


@pytest.fixture(params=STORES)
def database(request: pytest.FixtureRequest) -> Iterator[Database]:
    database = Database(fresh_url(request))
    yield database
    database.close()


def test_an_email_that_an_older_version_was_sending_is_uncertain(database: Database) -> None:
    at_revision(database, "0001")
    held, waiting = a_mail(database, claimed_by="home"), a_mail(database, claimed_by=None)
    migrate(database, "notifier")
    store = a_store(database)
    queue = MailQueue(store, owner="home", now_ms=lambda: 10, elapsed=lambda: 0.0)
    found = {}
    while (claimed := queue.claim()) is not None and claimed.mail.id not in found:
        found[claimed.mail.id] = claimed.uncertain
        with store.write() as uow:
            uow.mails.mark_uncertain(claimed.mail, seconds=10, reason="", ended=True)
    assert found == {held: True, waiting: False}


def test_known_recipients_count_as_verified(database: Database) -> None:
    at_revision(database, "0002")
    user_id = a_person(database)
    migrate(database, "notifier")
    store = a_store(database)
    with store.read() as uow:
        assert uow.recipients.find(user_id).verified


def test_recipients_written_by_an_older_version_count_as_verified(database: Database) -> None:
    migrate(database, "notifier")
    store, user_id = a_store(database), a_person(database)
    with store.write() as uow:
        known = uow.recipients.find(user_id)
        assert known.verified
        uow.recipients.save(replace(known, version=2, verified=False))
        assert not uow.recipients.find(user_id).verified
    with database.begin() as connection:
        connection.execute(sa.table("recipient", sa.column("version")).update().values(version=3))
    with store.read() as uow:
        assert uow.recipients.find(user_id).verified


def test_the_second_migration_is_written_for_mysql_too(capsys) -> None:
    module = import_module("notifier.migrations.versions.0002_what_became_of_mails")
    context = MigrationContext.configure(dialect_name="mysql", opts={"as_sql": True})
    with Operations.context(context):
        module.upgrade()
    written = capsys.readouterr().out
    assert "ADD COLUMN put_off_ms BIGINT NOT NULL DEFAULT 0" in written
    assert "MODIFY body MEDIUMTEXT NOT NULL" in written
