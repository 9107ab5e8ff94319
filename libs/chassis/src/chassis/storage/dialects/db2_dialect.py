"""SQLAlchemy's dialect of Db2, where ibm_db_sa 0.4.4 does not suit SQLAlchemy 2. Imported only where Db2 is used."""

from __future__ import annotations

from typing import Any

from ibm_db_sa.base import DB2Compiler, DB2TypeCompiler
from ibm_db_sa.ibm_db import DB2Dialect_ibm_db
from ibm_db_sa.logger import configure_ibmdbsa_logging
from sqlalchemy.engine import Connection

from chassis.storage.dialects.db2 import state_of

configure_ibmdbsa_logging(False)  # it would log statements with their values


_CONNECTION_LOST = "08"
"""A class of SQLSTATE."""


class Compiler(DB2Compiler):  # type: ignore[misc]
    """Statements."""

    def for_update_clause(self, *_select: Any, **_options: Any) -> str:
        """Lock for update; no statement of the suite locks for sharing."""
        return " WITH RS USE AND KEEP UPDATE LOCKS"


class TypeCompiler(DB2TypeCompiler):  # type: ignore[misc]
    """Types of columns."""

    def varchar(self, type_: Any, **_options: Any) -> str:
        """Count characters; Db2 would count bytes."""
        return f"VARCHAR({type_.length} CODEUNITS32)"

    visit_VARCHAR = varchar  # noqa: N815  the name that SQLAlchemy calls


class Db2SaDialect(DB2Dialect_ibm_db):  # type: ignore[misc]
    """The dialect that `ibm_db_sa://` means in this process."""

    supports_statement_cache = True
    statement_compiler = Compiler
    type_compiler = TypeCompiler

    def is_disconnect(self, e: Exception, connection: Any, cursor: Any) -> bool:
        """Say whether a connection is lost; ibm_db_sa knows only some of the ways in which one ends."""
        return bool(super().is_disconnect(e, connection, cursor)) or state_of(e).startswith(_CONNECTION_LOST)

    def _get_default_schema_name(self, connection: Connection) -> str:
        """Ask for the current schema alone; ibm_db_sa would search all of them."""
        return str(connection.exec_driver_sql("SELECT CURRENT SCHEMA FROM SYSIBM.SYSDUMMY1").scalar()).strip().lower()
