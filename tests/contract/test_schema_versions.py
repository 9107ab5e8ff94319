"""A store is used only by code of its own version, on every kind of database."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from chassis.runtime.problems import body_of
from chassis.storage.database import Database
from chassis.storage.migrations import migrate
from chassis.storage.schema import Schema, SchemaTooNewError, SchemaTooOldError
from testing.servers.stores import STORES, fresh_url

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@pytest.fixture(params=STORES)
def opened(request: pytest.FixtureRequest) -> Iterator[Callable[[], Database]]:
    """Opens the same store anew, as another process does."""
    url, databases = fresh_url(request), []

    def open_it() -> Database:
        databases.append(Database(url, check_schema=Schema("budgets").check_store))
        return databases[-1]

    yield open_it
    for database in databases:
        database.close()


def at_revision(database: Database, revision: str) -> None:
    with database.migrating("budgets") as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = :revision"), {"revision": revision})


def test_a_store_is_unavailable_until_it_is_migrated(opened: Callable[[], Database]) -> None:
    database, newest = opened(), Schema("budgets").known[-1]
    with pytest.raises(SchemaTooOldError, match=f"at revision none, this version needs {newest}") as caught, database.begin():
        pass
    status, body, headers = body_of(caught.value, {}, "")
    assert (status, headers["Retry-After"]) == (503, "10")
    assert "revision" not in body["detail"], "people are told to come back, operators what to do"
    migrate(opened(), "budgets")
    database.check()
    at_revision(database, "0999")
    database.check()  # it is looked at once
    for refused in (opened().check, lambda: migrate(opened(), "budgets")):
        with pytest.raises(SchemaTooNewError, match="0999, which this version does not know"):
            refused()
    at_revision(database, f"0999from{newest}")
    migrate(opened(), "budgets")
    opened().check()
