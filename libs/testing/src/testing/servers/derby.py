"""Db2 for tests: Apache Derby behind a shim that speaks as Db2 does, or with Docker the real one. One for a whole test run."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from chassis.storage.database import Database
from testing.servers.containers import IMAGES, Container, has_image, started
from testing.servers.ports import free_ports
from testing.servers.sharing import end_group, one_for_the_run
from testing.servers.starting import START_SECONDS, wait_until_started

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_USER = "outlay"
_OWNER = "db2inst1"
"""Whose the database in a container is; the name of the image's variable for the password has it too."""
_SOURCES = Path(__file__).parents[2]
_JARS = ":".join(f"/usr/share/java/{name}.jar" for name in ("derby", "derbynet", "derbytools"))
_WORKERS = ("alone", *(f"gw{number}" for number in range(4)))
_PACKAGES = ("chassis", "expenses", "budgets", "notifier", "ways")
_SETTINGS = {
    # Derby's statement cache breaks after some hundred connections.
    "language.statementCacheSize": "0",
    "locks.waitTimeout": "5",
    "locks.deadlockTimeout": "2",
    "connection.requireAuthentication": "true",
    "authentication.provider": "BUILTIN",
    f"user.{_USER}": _USER,
    # What a test writes need not outlive a power cut.
    "system.durability": "test",
}


class Db2Server:
    """One server. Each of pytest's workers has schemas of its own."""

    def __init__(self, folder: Path, known: dict[str, Any] | None = None) -> None:
        """Start nothing yet. `known` is what another process noted of the same server."""
        self.folder = folder
        self._processes: list[subprocess.Popen[bytes]] = []
        self._opened: dict[str, Database] = {}
        self._pids: list[int] = known["pids"] if known else []
        self._container = Container(**known["container"]) if known and known["container"] else None
        self._account: str = known["account"] if known else f"{_USER}:{_USER}"
        self.port: int = known["port"] if known else 0

    def start(self) -> Db2Server:
        """Start it and wait until it takes connections."""
        if has_image("db2"):
            self._start_container()
            return self
        self.port, derby = free_ports(2)
        java = ["java", "-Xmx256m", f"-Dderby.system.home={self.folder}", *(f"-Dderby.{k}={v}" for k, v in _SETTINGS.items())]
        java += ["-cp", _JARS]
        with (self.folder / "made.log").open("ab") as log:
            subprocess.run(
                [*java, "org.apache.derby.tools.ij"], input=_made().encode(), check=True, timeout=START_SECONDS, stdout=log
            )
        serve = ["org.apache.derby.drda.NetworkServerControl", "start", "-h", "127.0.0.1", "-p", str(derby), "-noSecurityManager"]
        self._run([*java, *serve], "derby.log")
        self._run([sys.executable, "-m", "testing.db2.shim", str(self.port), str(derby)], "shim.log")
        for port, process, log in zip((derby, self.port), self._processes, ("derby.log", "shim.log"), strict=True):
            said = (self.folder / log).read_text
            wait_until_started(log.removesuffix(".log"), partial(_listens, port), status=process.poll, output=said)
        return self

    def url(self, package: str) -> str:
        """Return the address of this worker's schema for a package."""
        worker = os.environ.get("PYTEST_XDIST_WORKER", "alone")
        return f"ibm_db_sa://{self._account}@127.0.0.1:{self.port}/OUTLAY?schema={worker}_{package}&tls=no"

    def empty(self, package: str) -> str:
        """Return the address of a schema whose tables, if it has any, have no rows. Migrating it once is enough for a whole run."""
        self._each_table(package, sa.delete, spared={"alembic_version"})
        return self.url(package)

    def fresh(self, package: str) -> str:
        """Return the address of a schema without tables."""
        self._each_table(package, sa.schema.DropTable, spared=set())
        return self.url(package)

    def noted(self) -> dict[str, Any]:
        """Return what another process has to know."""
        container = self._container.noted() if self._container else None
        return {"pids": self._pids, "container": container, "account": self._account, "port": self.port}

    def described(self) -> str:
        """Say what it is; through the shim it would say that it is Db2."""
        if self._container:
            return f"Db2 ({IMAGES['db2']} in a container)"
        package = subprocess.run(["dpkg-query", "-W", "libderby-java"], check=False, capture_output=True, text=True).stdout
        return f"Derby {package.split()[-1] if package else ''} (package) behind the shim of libs/testing/src/testing/db2, not Db2 itself"

    def leave(self) -> None:
        """Let go of all connections, and leave it to another process to stop it."""
        self._hang_up()
        for process in self._processes:
            process.returncode = 0  # or Popen complains that it was forgotten

    def close(self) -> None:
        """Kill it."""
        self._hang_up()
        if self._container:
            self._container.remove()
        for pid in self._pids:
            end_group(pid, signal.SIGKILL)
        for process in self._processes:
            process.wait()

    def _hang_up(self) -> None:
        for database in self._opened.values():
            database.close()

    def _each_table(self, package: str, statement: Callable[[sa.Table], sa.Executable], *, spared: set[str]) -> None:
        if package not in self._opened:
            self._opened[package] = Database(self.url(package), pool_size=1)
        with self._opened[package].begin() as connection:
            for name in set(sa.inspect(connection).get_table_names()) - spared:
                connection.execute(statement(sa.Table(name, sa.MetaData())))

    def _run(self, command: list[str], log: str) -> None:
        with (self.folder / log).open("ab") as out:
            process = subprocess.Popen(
                command, cwd=_SOURCES, stdin=subprocess.DEVNULL, stdout=out, stderr=out, start_new_session=True
            )
        self._processes.append(process)
        self._pids.append(process.pid)

    def _start_container(self) -> None:
        environ = {
            "LICENSE": "accept",
            "DB2INSTANCE": _OWNER,
            "DB2INST1_PASSWORD": _USER,
            "DBNAME": "OUTLAY",
            "ARCHIVE_LOGS": "false",
            "AUTOCONFIG": "false",
        }
        self._container = started("db2", ports=[50000], environ=environ, privileged=True)
        self._account, self.port = f"{_OWNER}:{_USER}", self._container.ports["50000"]
        deadline = time.monotonic() + 600  # it makes the database first, which takes minutes
        while "Setup has completed" not in self._container.said():
            assert time.monotonic() < deadline, f"Db2 did not start:\n{self._container.said()}"
            time.sleep(2)


def _made() -> str:
    """Return what makes the database: the look of Db2's catalogue, and a schema for each worker and package."""
    schemas = [f"create schema {worker}_{package};" for worker in _WORKERS for package in _PACKAGES]
    connect = f"connect 'jdbc:derby:OUTLAY;create=true;user={_USER};password={_USER}';"
    return "\n".join([connect, (_SOURCES / "testing" / "db2" / "catalogue.sql").read_text(), *schemas, "exit;", ""])


def _listens(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=5).close()
    except OSError:
        return False
    return True


@contextmanager
def shared_db2(folder: Path) -> Iterator[Db2Server]:
    """Give the one server of a test run to each of its worker processes."""
    with one_for_the_run(folder, Db2Server) as server:
        yield server
