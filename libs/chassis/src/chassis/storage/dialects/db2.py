"""Db2 through ibm_db and ibm_db_sa. docs/operate/stores.md says which of this is tested against what.

Transactions are CURSOR STABILITY: a statement reads what was committed, and does not wait for writers ("currently committed").
Those that change one person's things lock that person's row first. Statements of one reader may see different moments.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import registry
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import DBAPIError

from chassis.storage.dialects.dialect import POOL_SECONDS, Dialect, ask_idle_ones_alone, is_local
from chassis.storage.dialects.network import by_number, numbers_in

CONNECT_SECONDS, LOCK_SECONDS, ANSWER_SECONDS = 5, 10, 30
"""Timeouts for connecting, for locks and for the server's answer."""
_MIGRATION_SECONDS = 600
_MOST_IDLE_SECONDS = 1800
_LOB_BYTES = 16 * 1024 * 1024
"""Long texts up to this size are fetched with their row instead of by a separate request."""

_STATE = re.compile(r"SQLSTATE=(\w{5})")
_BUSY = {"40001", "57033"}
_AWAY = {"08", "28", "57", "58"}
"""Classes of SQLSTATE: connections, who may connect, resources and interventions, the system."""
_VERSION_TABLE = "CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY)"


class Db2(Dialect):
    """`ibm_db_sa://user:password@host:port/NAME`, with `?schema=` if it is not the user's own and `?ca=<pem>` for TLS."""

    def problem(self, url: sa.URL) -> str:
        """Return what is wrong with an address, empty if nothing is."""
        if find_spec("ibm_db") is None:
            return (
                "needs the driver ibm-db, which is not installed: it exists for x86-64 only, and the home image does not contain it"
            )
        if any(";" in part for part in (url.password or "", url.database or "", *map(str, url.query.values()))):
            return "must not contain a semicolon, not even in the password: the driver would end it there"
        if "ca" not in url.query and url.query.get("tls") != "no" and not is_local(url):
            return "would send the password unencrypted to another machine; add ?ca=<CA file>, or ?tls=no"
        return ""

    def engine(self, url: sa.URL, *, pool_size: int) -> Engine:
        """Return the connection pool. The driver, 120 MB, is loaded only here."""
        registry.register("ibm_db_sa", "chassis.storage.dialects.db2_dialect", "Db2SaDialect")
        engine = sa.create_engine(
            "ibm_db_sa://",
            creator=_connector(url),
            pool_size=pool_size,
            max_overflow=10,
            pool_timeout=POOL_SECONDS,
            pool_recycle=_MOST_IDLE_SECONDS,
            pool_pre_ping=True,
            hide_parameters=True,
        )
        ask_idle_ones_alone(engine)
        return engine

    @contextmanager
    def migrating(self, engine: Engine, name: str) -> Iterator[Connection]:
        """Lock the table of the schema's version, creating it if needed."""
        with engine.connect() as connection:
            connection.detach()  # its lock timeout is not for others
            connection.exec_driver_sql(f"SET CURRENT LOCK TIMEOUT {_MIGRATION_SECONDS}")
            with suppress(DBAPIError):  # it exists, or is being created right now
                connection.exec_driver_sql(_VERSION_TABLE)
            connection.commit()
            with connection.begin():
                connection.exec_driver_sql("LOCK TABLE alembic_version IN EXCLUSIVE MODE")
                yield connection

    def is_away(self, error: DBAPIError) -> bool:
        return error.connection_invalidated or state_of(error.orig)[:2] in _AWAY

    def explain(self, error: BaseException, url: sa.URL) -> str:
        """Explain an error. The driver's messages contain the operating system's error number."""
        where, user, text = f"{url.host}:{url.port or 50000}", url.username or "", str(getattr(error, "orig", error))
        if "SQL30082N" in text or state_of(text) == "28000":
            return f"{where} refuses the user {user}: wrong user or password"
        if "SQL30061N" in text or "SQL1013N" in text or state_of(text) in {"08004", "42705"}:
            return f"there is no database {url.database} at {where}; CREATE DATABASE {url.database}, see docs/operate/stores.md"
        if state_of(text) in {"42501", "42502"}:
            return f"the user {user} lacks a right in {url.database}; GRANT what docs/operate/stores.md lists"
        if "SQL30081N" in text:
            found = (by_number(number, where) for number in numbers_in(text))
            return next(filter(None, found), f"{where} does not answer; check host, port, firewall, and TLS on both sides")
        if "SQL1336N" in text:
            return f"the host of {where} is unknown; check its name"
        return f"{where} refuses with SQLSTATE {state_of(text) or 'unknown'}"

    def is_refused(self, error: BaseException) -> bool:
        text = str(getattr(error, "orig", error))
        return "SQL30082N" in text or state_of(text) in {"28000", "08004", "42705", "42501", "42502"}

    def is_busy(self, error: DBAPIError) -> bool:
        """Return whether this was a deadlock or a lock timeout; the driver reports both as programming errors."""
        return state_of(error.orig) in _BUSY


def _connector(url: sa.URL) -> Callable[[], Any]:
    import ibm_db_dbi

    told = {
        "DATABASE": url.database,
        "HOSTNAME": url.host,
        "PORT": url.port or 50000,
        "PROTOCOL": "TCPIP",
        "UID": url.username,
        "PWD": url.password or "",
        "AUTHENTICATION": "SERVER",
        "LOBCacheSize": _LOB_BYTES,
        "ConnectTimeout": CONNECT_SECONDS,
        "ReceiveTimeout": ANSWER_SECONDS,
        **_tls(url),
    }
    told_so = "".join(f"{key}={value};" for key, value in told.items())
    schema = str(url.query.get("schema", ""))

    def connect() -> Any:
        connection = ibm_db_dbi.connect(told_so, "", "")
        cursor = connection.cursor()
        cursor.execute(f"SET CURRENT LOCK TIMEOUT {LOCK_SECONDS}")
        if schema:
            cursor.execute(f"SET SCHEMA {schema}")
        cursor.close()
        connection.commit()
        return connection

    return connect


def _tls(url: sa.URL) -> dict[str, str]:
    authority = str(url.query.get("ca", ""))
    return {"SECURITY": "SSL", "SSLServerCertificate": authority, "SSLClientHostnameValidation": "BASIC"} if authority else {}


def state_of(error: object) -> str:
    """Return the SQLSTATE in an error's text, empty if there is none."""
    found = _STATE.search(str(error))
    return found[1] if found else ""
