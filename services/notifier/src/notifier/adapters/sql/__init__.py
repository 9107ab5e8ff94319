"""The notifier's tables in SQLite, MySQL or Db2."""

from notifier.adapters.sql.store import SqlStore
from notifier.adapters.sql.tables import metadata, shared

__all__ = ["SqlStore", "metadata", "shared"]
