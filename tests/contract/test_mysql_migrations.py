"""Migrations on MySQL, which commits each CREATE and ALTER at once."""

from __future__ import annotations

import threading
from importlib import import_module
from typing import TYPE_CHECKING

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from chassis.storage.database import Database
from chassis.storage.migrations import SchemaTooNewError, migrate

if TYPE_CHECKING:
    from testing.servers.mariadb import MariaDb

SERVICES = ("expenses", "budgets", "notifier")


def differences(url: str, service: str) -> list[object]:
    database = Database(url)
    with database.read() as connection:
        found = compare_metadata(MigrationContext.configure(connection), import_module(f"{service}.tables").metadata)
    database.close()
    return list(found)


def migrated(url: str, service: str) -> None:
    database = Database(url)
    migrate(database, service)
    database.close()


def names_of_tables(mariadb: MariaDb, name: str) -> list[str]:
    found = mariadb.execute(f"SELECT table_name FROM information_schema.tables WHERE table_schema = '{name}' ORDER BY create_time")
    return [table for (table,) in found]


@pytest.mark.parametrize("service", SERVICES)
def test_an_interrupted_migration_can_be_run_again(mariadb: MariaDb, service: str) -> None:
    url = mariadb.fresh("halfway")
    migrated(url, service)
    name = url.rpartition("/")[2]
    tables = [table for table in names_of_tables(mariadb, name) if table != "alembic_version"]
    gone = [f"DROP TABLE {table}" for table in tables[::2]]
    mariadb.execute(
        *gone,
        "DELETE FROM alembic_version",
        "DROP INDEX replay_created ON replay" if "replay" in tables[1::2] else "DO 0",
        database=name,
    )
    assert differences(url, service)
    migrated(url, service)
    assert differences(url, service) == []


def test_of_two_simultaneous_migrations_one_waits(mariadb: MariaDb) -> None:
    url = mariadb.fresh("twice")
    wrong: list[BaseException] = []

    def run() -> None:
        try:
            migrated(url, "notifier")
        except BaseException as error:
            wrong.append(error)

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert wrong == []
    assert differences(url, "notifier") == []


def test_a_store_of_a_newer_version_is_refused(mariadb: MariaDb) -> None:
    url = mariadb.fresh("newer")
    migrated(url, "budgets")
    mariadb.execute("UPDATE alembic_version SET version_num = '0009'", database=url.rpartition("/")[2])
    with pytest.raises(SchemaTooNewError, match="0009"):
        migrated(url, "budgets")


@pytest.mark.parametrize("service", SERVICES)
def test_text_is_compared_exactly_under_any_collation(mariadb: MariaDb, service: str) -> None:
    url = mariadb.fresh("letters")
    migrated(url, service)
    others = mariadb.execute(
        "SELECT table_name, column_name FROM information_schema.columns WHERE collation_name <> 'utf8mb4_bin' "
        f"AND table_schema = '{url.rpartition('/')[2]}' AND table_name <> 'alembic_version'"
    )
    assert others == []
