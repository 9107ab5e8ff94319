"""What the databases do each in its own way: connecting, beginning, telling what an error means, guarding a migration."""

from __future__ import annotations

import sqlalchemy as sa

from chassis.sql.dialects.common import WRITES, Dialect
from chassis.sql.dialects.mysql import MySql
from chassis.sql.dialects.sqlite import Sqlite

__all__ = ["WRITES", "Dialect", "dialect_of"]

_KNOWN: dict[str, type[Dialect]] = {"sqlite": Sqlite, "mysql": MySql, "mariadb": MySql}


def dialect_of(url: sa.URL) -> Dialect:
    """Return what knows this kind of database; anything else is taken to do as SQL says."""
    return _KNOWN.get(url.get_backend_name(), Dialect)()
