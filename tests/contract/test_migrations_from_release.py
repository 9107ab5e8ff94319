"""Stores of the version before books (commit 228b947) get today's schema, and that version can go on writing meanwhile."""

from __future__ import annotations

from importlib import import_module
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext

from chassis.storage.database import Database
from chassis.storage.migrations import migrate
from testing.servers.stores import STORES, fresh_url

if TYPE_CHECKING:
    from collections.abc import Iterator

RELEASED = {"expenses": "0007from0003", "budgets": "0003from0001", "notifier": "0003from0002"}


@pytest.fixture(params=STORES)
def database(request: pytest.FixtureRequest) -> Iterator[Database]:
    database = Database(fresh_url(request))
    yield database
    database.close()


def released(database: Database, service: str) -> list[sa.Table]:
    """Make the schema of the release; return its tables."""
    config, found = Config(), sa.MetaData()
    config.set_main_option("script_location", str(files(service) / "migrations"))
    with database.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, RELEASED[service])
    with database.read() as connection:
        found.reflect(connection)
    return [table for table in found.tables.values() if table.name != "alembic_version"]


def a_row(table: sa.Table, number: int) -> dict[str, Any]:
    """Return a row with all columns that the release knows, and values that no other row has."""
    return {
        column.name: str(number)[: getattr(column.type, "length", None)] if column.type.python_type is str else number
        for column in table.columns
    }


def write(database: Database, tables: list[sa.Table], number: int) -> None:
    with database.begin() as connection:
        for table in tables:
            connection.execute(table.insert(), a_row(table, number))


@pytest.mark.parametrize("service", sorted(RELEASED))
def test_a_store_of_the_release_keeps_its_rows_and_takes_more(database: Database, service: str) -> None:
    tables = released(database, service)
    write(database, tables, 1)
    migrate(database, service)
    import_module(f"{service}.app")  # which imports every room that has tables
    with database.read() as connection:
        assert compare_metadata(MigrationContext.configure(connection), import_module(f"{service}.tables").metadata) == []
    write(database, tables, 2)
    for table in tables:
        with database.read() as connection:
            rows = [dict(row) for row in connection.execute(sa.select(table)).mappings()]
        key = next(iter(table.primary_key.columns)).name
        assert sorted(rows, key=lambda row: row[key]) == [a_row(table, 1), a_row(table, 2)], table.name
