"""A real server that speaks CouchDB's HTTP API on loopback: CouchDB in Docker, PouchDB Server without."""

from __future__ import annotations

import secrets
import signal
import subprocess
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx

from testing.servers.containers import IMAGES, Container, has_image, started
from testing.servers.ports import free_ports
from testing.servers.sharing import end_group, one_for_the_run
from testing.servers.starting import START_SECONDS, wait_until_started

if TYPE_CHECKING:
    from collections.abc import Iterator

_PROGRAM = Path(__file__).parents[5] / "tests/servers/node_modules/pouchdb-server/bin/pouchdb-server"


class Couch:
    """One PouchDB Server. Its port and data outlive a kill."""

    def __init__(self, folder: Path, known: dict[str, Any] | None = None) -> None:
        """Start nothing yet. `known` is what another process noted of the same server."""
        self.folder, self.port, self._pid = folder, known["port"] if known else free_ports(1)[0], known["pid"] if known else 0
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Where it is."""
        return f"http://127.0.0.1:{self.port}"

    def start(self, *, seconds: float = START_SECONDS) -> Couch:
        """Start it and wait until it answers."""
        assert _PROGRAM.exists(), f"{_PROGRAM} is missing; `make setup` installs it"
        self.folder.mkdir(parents=True, exist_ok=True)
        command = ["node", _PROGRAM, "--port", str(self.port), "--dir", str(self.folder), "--no-stdout-logs"]
        with (self.folder / "out.log").open("ab") as out:
            self._process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=out, stderr=out, cwd=self.folder, start_new_session=True
            )
        log = self.folder / "out.log"
        try:
            wait_until_started(
                "PouchDB Server", lambda: _answers(self.url), status=self._process.poll, output=log.read_text, seconds=seconds
            )
        except AssertionError:
            self.kill()
            raise
        return self

    def kill(self) -> None:
        """kill -9."""
        end_group(self.pid, signal.SIGKILL)
        if self._process is not None:
            self._process.wait()

    close = kill

    def noted(self) -> dict[str, Any]:
        """Return what another process has to know."""
        return {"port": self.port, "pid": self.pid}

    def described(self) -> str:
        """Say what it calls itself."""
        told = httpx.get(self.url, timeout=5).json()
        return f"PouchDB Server {told['version']} (npm)"

    def leave(self) -> None:
        """Leave it to another process to stop it."""
        if self._process is not None:
            self._process.returncode = 0  # or Popen complains that it was forgotten

    @property
    def pid(self) -> int:
        """The process id, whose group is its own."""
        return self._process.pid if self._process else self._pid


class CouchDb:
    """One CouchDB in a container."""

    def __init__(self, _folder: Path, known: dict[str, Any] | None = None) -> None:
        """Start nothing yet. `known` is what another process noted of the same server."""
        self._password = known["password"] if known else secrets.token_hex(8)
        self._container = Container(**known["container"]) if known else Container("", {})

    @property
    def url(self) -> str:
        """Where it is, with user and password."""
        return f"http://outlay:{self._password}@127.0.0.1:{self._container.ports['5984']}"

    def start(self) -> CouchDb:
        """Start it and wait until it answers."""
        environ = {"COUCHDB_USER": "outlay", "COUCHDB_PASSWORD": self._password}
        self._container = started("couchdb", ports=[5984], environ=environ)
        wait_until_started("CouchDB", lambda: _answers(self.url), status=lambda: None, output=self._container.said)
        return self

    def noted(self) -> dict[str, Any]:
        """Return what another process has to know."""
        return {"password": self._password, "container": self._container.noted()}

    def described(self) -> str:
        """Say what it calls itself."""
        return f"CouchDB {httpx.get(self.url, timeout=5).json()['version']} ({IMAGES['couchdb']} in a container)"

    def leave(self) -> None:
        """Leave it to another process to stop it."""

    def close(self) -> None:
        """Kill it."""
        self._container.remove()


def _answers(url: str) -> bool:
    with suppress(httpx.HTTPError):
        return httpx.get(url, timeout=1).status_code == 200
    return False


@contextmanager
def shared_couch(folder: Path) -> Iterator[str]:
    """Give the address of the one server of a test run to each of its worker processes."""
    with one_for_the_run(folder, _couch) as server:
        yield server.url


def _couch(folder: Path, known: dict[str, Any] | None) -> Couch | CouchDb:
    contained = "container" in known if known else has_image("couchdb")
    return (CouchDb if contained else Couch)(folder, known)
