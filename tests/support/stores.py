"""The databases that every suite about SQL stores is run on."""

from __future__ import annotations

from typing import TYPE_CHECKING

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
        import chassis.sql.dialects.ddl  # noqa: F401, PLC0415  for those who compare schemas without having migrated
    url: str = request.getfixturevalue(request.param).empty(package)
    return url
