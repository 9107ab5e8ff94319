"""The databases that every suite about SQL stores is run on, and SQLite with its tables for those that need any store."""

from __future__ import annotations

import tempfile
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from chassis.storage.database import Database
from chassis.storage.migrations import migrate

if TYPE_CHECKING:
    import pytest

STORES = ("sqlite", "mariadb", "db2")


def fresh_url(request: pytest.FixtureRequest) -> str:
    """Return the address of a database without tables."""
    if request.param == "sqlite":
        return f"sqlite:///{request.getfixturevalue('tmp_path')}/fresh.db"
    url: str = request.getfixturevalue(request.param).fresh("ways")
    return url


def store_url(request: pytest.FixtureRequest, package: str) -> str:
    """Return the address of a database without rows for a test that has one of STORES as its parameter."""
    if request.param == "sqlite":
        return f"sqlite:///{request.getfixturevalue('tmp_path')}/{package}.db"
    if request.param == "db2":
        import chassis.storage.dialects.ddl  # noqa: F401  for those who compare schemas without having migrated
    url: str = request.getfixturevalue(request.param).empty(package)
    return url


def a_migrated(package: str, path: Path) -> str:
    """Return the address of a SQLite database that has a package's tables; they are made once for each worker, and copied."""
    if not path.exists():
        path.write_bytes(_migrated(package))
    return f"sqlite:///{path}"


@cache
def _migrated(package: str) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "made.db"
        database = Database(f"sqlite:///{path}")
        migrate(database, package)
        database.close()
        return path.read_bytes()
