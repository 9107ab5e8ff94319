"""What differs between databases: connecting, beginning transactions, the meaning of errors, locking migrations."""

from __future__ import annotations

import sqlalchemy as sa

from chassis.storage.dialects.db2 import Db2
from chassis.storage.dialects.dialect import WRITES, Dialect
from chassis.storage.dialects.mysql import MySql
from chassis.storage.dialects.sqlite import Sqlite

__all__ = ["KNOWN", "WRITES", "Dialect", "dialect_of"]

KNOWN: dict[str, type[Dialect]] = {"sqlite": Sqlite, "mysql": MySql, "mariadb": MySql, "ibm_db_sa": Db2, "db2": Db2}


def dialect_of(url: sa.URL) -> Dialect:
    """Return the dialect of an address; unknown databases get the default."""
    return KNOWN.get(url.get_backend_name(), Dialect)()
