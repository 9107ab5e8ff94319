"""A real MariaDB or MySQL on loopback: one for a whole test run, with a database of its own for whoever asks."""

from __future__ import annotations

import os
import shutil
import subprocess
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from testing.servers.certificates import write_certificates
from testing.servers.containers import IMAGES, has_image, started
from testing.servers.mysql_programs import installed
from testing.servers.ports import free_ports
from testing.servers.running import Running
from testing.servers.sharing import one_for_the_run
from testing.servers.starting import START_SECONDS

if TYPE_CHECKING:
    from collections.abc import Iterator

_PASSWORD = "outlay"
_OPTIONS = (
    "--innodb-flush-log-at-trx-commit=0",
    "--skip-log-bin",
    "--skip-name-resolve",
    "--character-set-server=latin1",
    "--collation-server=latin1_swedish_ci",
    "--sql-mode=",
    "--default-time-zone=+05:00",
)
"""What a file says to the package's program, for MySQL in a container."""


class MariaDb(Running):
    """One server."""

    def __init__(self, folder: Path, known: dict[str, Any] | None = None) -> None:
        """Start nothing yet. `known` is what another process noted of the same server."""
        super().__init__(folder, known)
        self.port: int = known["port"] if known else 0

    def start(self) -> MariaDb:
        """Start it and wait until it takes connections."""
        if has_image("mysql"):
            self._container = started("mysql", ports=[3306], environ={"MYSQL_ROOT_PASSWORD": _PASSWORD}, command=_OPTIONS)
            self.port = self._container.ports["3306"]
        else:
            self._start_program()
        self._wait_until_it_answers()
        return self

    def url(self, database: str) -> str:
        """Return the address of a database."""
        return f"mysql+pymysql://root:{_PASSWORD}@127.0.0.1:{self.port}/{database}"

    def execute(self, *statements: str, database: str = "mysql") -> list[Any]:
        """Run statements as the administrator; return the rows of the last."""
        engine = sa.create_engine(self.url(database), poolclass=sa.NullPool, connect_args={"ssl_disabled": True})
        rows: list[Any] = []
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            for statement in statements:
                found = connection.exec_driver_sql(statement)
                rows = list(found) if found.returns_rows else []
        return rows

    def empty(self, name: str) -> str:
        """Return the address of a database whose tables, if it has any, have no rows. Migrating it once is enough for a whole run."""
        name = f"{name}_{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}"
        found = self.execute(
            f"CREATE DATABASE IF NOT EXISTS {name}",
            f"SELECT table_name FROM information_schema.tables WHERE table_schema = '{name}' AND table_name <> 'alembic_version'",
        )
        self.execute(*(f"DELETE FROM `{table}`" for (table,) in found), database=name)
        return self.url(name)

    def fresh(self, name: str) -> str:
        """Return the address of a new database."""
        name = f"{name}_{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}"
        self.execute(f"DROP DATABASE IF EXISTS {name}", f"CREATE DATABASE {name}")
        return self.url(name)

    def noted(self) -> dict[str, Any]:
        """Return what another process has to know."""
        return {**super().noted(), "port": self.port}

    def described(self) -> str:
        """Say what it calls itself."""
        [(version,)] = self.execute("SELECT VERSION()")
        name = version if "MariaDB" in version else f"MySQL {version}"
        return f"{name} ({IMAGES['mysql']} in a container)" if self._container else f"{name} (package)"

    def close(self) -> None:
        """Kill it, with its data."""
        super().close()
        shutil.rmtree(self.folder / "data", ignore_errors=True)

    def _start_program(self) -> None:
        (self.port,) = free_ports(1)
        write_certificates(self.folder / "tls")
        program = installed()
        with (self.folder / "out.log").open("ab") as log:
            set_up = program.set_up(self.folder, self.port, _PASSWORD)
            subprocess.run(set_up, check=True, stdout=log, stderr=log, timeout=START_SECONDS)
        self._run(program.command(self.folder))

    def _answers(self) -> bool:
        try:
            self.execute("SELECT 1")
        except sa.exc.OperationalError:
            return False
        return True


@contextmanager
def shared_mariadb(folder: Path) -> Iterator[MariaDb]:
    """Give the one server of a test run to each of its worker processes."""
    with one_for_the_run(folder, MariaDb) as server:
        yield server
