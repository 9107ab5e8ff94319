"""DDL for Alembic: on MySQL, interrupted migrations resume, and text compares exactly.

Importing this tells Alembic; it is imported with Alembic, when there is something to migrate.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic.ddl.impl import DefaultImpl
from alembic.ddl.mysql import MariaDBImpl, MySQLImpl

COLLATION = {"mysql_engine": "InnoDB", "mysql_charset": "utf8mb4", "mysql_collate": "utf8mb4_bin"}
"""Text compares byte by byte; the server's default collation would treat é and e as equal."""


class _Resuming:
    """Skips what exists already: MySQL commits each CREATE and ALTER immediately."""

    connection: Any
    as_sql: bool

    def create_table(self, table: sa.Table, **kw: Any) -> None:
        """Create a table with our collation."""
        if not self._is_there(table.name):
            for key, value in COLLATION.items():
                table.dialect_kwargs.setdefault(key.replace("mysql", self.__dialect__), value)  # type: ignore[attr-defined]
            super().create_table(table, **kw)  # type: ignore[misc]

    def create_index(self, index: sa.Index, **kw: Any) -> None:
        if index.table is None or index.name not in self._names("indexes", index.table.name):
            super().create_index(index, **kw)  # type: ignore[misc]

    def add_column(self, table_name: str, column: sa.Column[Any], **kw: Any) -> None:
        if column.name not in self._names("columns", table_name):
            super().add_column(table_name, column, **kw)  # type: ignore[misc]

    def _is_there(self, table_name: str) -> bool:
        return not self.as_sql and sa.inspect(self.connection).has_table(table_name)

    def _names(self, kind: str, table_name: str) -> set[str | None]:
        if not self._is_there(table_name):
            return set()
        return {found["name"] for found in getattr(sa.inspect(self.connection), f"get_{kind}")(table_name)}


class ResumingMySql(_Resuming, MySQLImpl):  # type: ignore[misc]
    """For mysql+pymysql://."""

    __dialect__ = "mysql"


class ResumingMariaDb(_Resuming, MariaDBImpl):  # type: ignore[misc]
    """For mariadb+pymysql://."""

    __dialect__ = "mariadb"


class Db2Impl(DefaultImpl):  # type: ignore[misc]
    """For ibm_db_sa://, which Alembic does not know. A migration is one transaction, as on SQLite."""

    __dialect__ = "ibm_db_sa"
    transactional_ddl = True
