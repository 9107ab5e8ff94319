"""The databases that every suite about SQL stores is run on."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pytest

STORES = ("sqlite", "mariadb")


def store_url(request: pytest.FixtureRequest, package: str) -> str:
    """Return the address of a database without rows for a test that has one of STORES as its parameter."""
    if request.param == "sqlite":
        return f"sqlite:///{request.getfixturevalue('tmp_path')}/{package}.db"
    url: str = request.getfixturevalue(request.param).empty(package)
    return url
