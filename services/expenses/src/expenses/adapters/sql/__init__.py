"""The store in SQL: SQLite at home, MySQL or Db2 for many. The one room that knows SQLAlchemy."""

from expenses.adapters.sql.store import SqlStore
from expenses.adapters.sql.tables import chassis, metadata

__all__ = ["SqlStore", "chassis", "metadata"]
