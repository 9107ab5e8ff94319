"""Budgets in a SQL store: SQLite, MySQL 8 and Db2 (SQLAlchemy Core)."""

from budgets.adapters.sql.store import SqlStore
from budgets.adapters.sql.tables import chassis, metadata

__all__ = ["SqlStore", "chassis", "metadata"]
