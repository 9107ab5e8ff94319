"""MySQL 8 and MariaDB 10.11 through PyMySQL.

Transactions that write are READ COMMITTED: they lock their owner's row first, and then have to see what was committed while they
waited for it; and without locks on gaps, two that touch different rows are not in each other's way. Transactions that read are
REPEATABLE READ and read only, so that all their statements see one moment. A connection is told when that changes.
"""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import DBAPIError, OperationalError

from chassis.storage.dialects.dialect import POOL_SECONDS, WRITES, Dialect, ask_idle_ones_alone, is_local
from chassis.storage.dialects.network import unreached

CONNECT_SECONDS, LOCK_SECONDS, STATEMENT_SECONDS, SOCKET_SECONDS = 5, 10, 20, 30
"""Timeouts for connecting, locks, statements and sockets; each is shorter than the one around it."""
_MIGRATION_SECONDS = 600
"""Seconds a migration waits for another one."""
_MOST_IDLE_SECONDS = 1800

_DEADLOCK, _LOCK_WAIT, _CHANGED_SINCE = 1213, 1205, 1020
_OUR_FAULT = {1054, 1264, 1265, 1364, 1366, 1792, 3819, 4025}
"""Errors that the driver calls operational but waiting does not fix: bad columns or values, writes while reading."""

_STRICT = "STRICT_ALL_TABLES,ONLY_FULL_GROUP_BY,NO_ZERO_DATE,NO_ZERO_IN_DATE,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION"
_SESSION = (
    f"SET SESSION time_zone = '+00:00', collation_connection = 'utf8mb4_bin', sql_mode = '{_STRICT}', "
    f"innodb_lock_wait_timeout = {LOCK_SECONDS}"
)
_LIMITS = {
    True: f"SET SESSION max_statement_time = {STATEMENT_SECONDS}",
    False: f"SET SESSION max_execution_time = {STATEMENT_SECONDS * 1000}",
}
"""By whether it is MariaDB, which limits every statement; MySQL limits reads only."""
_WAYS = {
    True: "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED, READ WRITE",
    False: "SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY",
}
"""By whether the next transaction writes."""
_WAY = "outlay.way"
"""Key in a connection's `info` for its current transaction mode."""
_ADDRESS = "outlay.address"
"""Key in an engine's options for its full address; the engine's own `url` lacks the TLS options."""
_IN_TRANSACTION = 1
"""The bit in the server's status."""


_REFUSALS = frozenset({1044, 1045, 1049, 1142, 1143, 1227, 1698, 2026, 3159})
"""Error numbers for a wrong user, password, database or TLS, and for missing rights."""


class MySql(Dialect):
    """A MySQL or MariaDB server, or several behind one address."""

    def problem(self, url: sa.URL) -> str:
        """Return what is wrong with an address, empty if nothing is."""
        if url.get_driver_name() != "pymysql":
            return "must begin with mysql+pymysql:// or mariadb+pymysql://"
        authority = str(url.query.get("ca", ""))
        return f"names the file {authority!r} as ca, which does not exist" if authority and not Path(authority).is_file() else ""

    def engine(self, url: sa.URL, *, pool_size: int) -> Engine:
        engine = _engine(url, read_timeout=SOCKET_SECONDS, write_timeout=SOCKET_SECONDS, pool_size=pool_size, max_overflow=10)
        event.listen(engine, "connect", _limit)
        event.listen(engine, "begin", _on_begin)
        ask_idle_ones_alone(engine, is_suspect=lambda connection: bool(connection.has_unread_data()))
        return engine

    @contextmanager
    def migrating(self, engine: Engine, name: str) -> Iterator[Connection]:
        """Hold the server's lock of this name. There are no time limits: a migration may take minutes.

        MySQL commits at each CREATE and ALTER, so an interrupted migration is half done: see `ddl`.
        """
        unlimited = _engine(engine.get_execution_options()[_ADDRESS], pool_size=1)
        lock = {"name": f"outlay {name} {engine.url.database}"[:64], "seconds": _MIGRATION_SECONDS}
        try:
            with unlimited.connect() as connection:
                _take(connection, lock)
                with connection.begin():
                    yield connection
                # The lock ends with the connection.
        finally:
            unlimited.dispose()

    def is_away(self, error: DBAPIError) -> bool:
        return error.connection_invalidated or (isinstance(error, OperationalError) and _code(error) not in _OUR_FAULT)

    def explain(self, error: BaseException, url: sa.URL) -> str:
        code, cause = _code(error), getattr(error, "orig", None)
        where, user = f"{url.host}:{url.port or 3306}", url.username or ""
        known = {
            1045: f"{where} refuses the user {user}: wrong user or password, or this user must use TLS",
            1044: f"the user {user} may not use the database {url.database}; GRANT the rights that docs/operate/stores.md lists",
            1049: f"there is no database {url.database} at {where}; CREATE DATABASE {url.database}",
            1142: f"the user {user} lacks a right in {url.database}; GRANT SELECT, INSERT, UPDATE, DELETE ON {url.database}.*",
            1040: f"{where} has no free connection; raise max_connections, or run fewer processes",
            2026: f"{where} has no TLS; set it up there, or allow unencrypted connections with ?tls=no",
            3159: f"{where} requires TLS; remove ?tls=no, and name its CA file with ?ca=<file>",
        }
        if code in known:
            return known[code]
        nobody = unreached(getattr(cause, "original_exception", None), where)
        return nobody or f"{where} refuses with error {code}"

    def is_refused(self, error: BaseException) -> bool:
        return _code(error) in _REFUSALS

    def is_busy(self, error: DBAPIError) -> bool:
        return _code(error) in (_DEADLOCK, _LOCK_WAIT, _CHANGED_SINCE)


def _engine(url: sa.URL, *, pool_size: int, max_overflow: int = 0, **sockets: int) -> Engine:
    address, tls = secured(url)
    arguments = {"connect_timeout": CONNECT_SECONDS, "charset": "utf8mb4", **tls, **sockets}
    engine = sa.create_engine(
        address,
        pool_size=pool_size,
        max_overflow=max_overflow,
        pool_timeout=POOL_SECONDS,
        pool_recycle=_MOST_IDLE_SECONDS,
        pool_pre_ping=True,
        hide_parameters=True,
        isolation_level="READ COMMITTED",
        paramstyle="format",
        connect_args=arguments,
        pool_reset_on_return=None,
        execution_options={_ADDRESS: url},
    )
    from chassis.storage.dialects.mysql_connection import connect

    event.listen(engine, "do_connect", connect)
    event.listen(engine, "connect", _set_up)
    event.listen(engine, "reset", _roll_back_if_need_be)
    return engine


def secured(url: sa.URL) -> tuple[sa.URL, dict[str, Any]]:
    """Return the address without its TLS options, and the driver's arguments for TLS. Other machines require TLS."""
    tls, authority = url.query.get("tls", ""), str(url.query.get("ca", ""))
    address = url.difference_update_query(["tls", "ca"])
    if tls == "no" or (is_local(url) and not authority and tls != "yes"):
        return address, {"ssl_disabled": True}
    context = ssl.create_default_context(cafile=authority or None)
    return address, {"ssl": context}


def _set_up(connection: Any, _record: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_SESSION)


def _limit(connection: Any, _record: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_LIMITS["MariaDB" in connection.get_server_info()])


def _on_begin(connection: Connection) -> None:
    writes = bool(connection.get_execution_options().get(WRITES))
    if connection.info.get(_WAY, True) is not writes:
        connection.exec_driver_sql(_WAYS[writes])
        connection.info[_WAY] = writes


def _roll_back_if_need_be(connection: Any, _record: Any, _state: Any) -> None:
    """Roll back only if a transaction is open; the pool would send a request each time."""
    if connection.server_status & _IN_TRANSACTION:
        connection.rollback()


def _take(connection: Connection, lock: dict[str, Any]) -> None:
    with connection.begin():
        taken = connection.execute(sa.text("SELECT GET_LOCK(:name, :seconds)"), lock).scalar()
    if not taken:
        raise TimeoutError("another migration of this store is still running")


def _code(error: BaseException) -> int | None:
    arguments = getattr(getattr(error, "orig", None), "args", ())
    return arguments[0] if arguments and isinstance(arguments[0], int) else None
