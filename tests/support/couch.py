"""A real server that speaks CouchDB's HTTP API on loopback: CouchDB in Docker, PouchDB Server without."""

from __future__ import annotations

import os
import secrets
import signal
import subprocess
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx

from support.mariadb import has_docker
from support.ports import free_ports
from support.sharing import end_group, one_for_the_run

if TYPE_CHECKING:
    from collections.abc import Iterator

_PROGRAM = Path(__file__).parents[1] / "servers/node_modules/pouchdb-server/bin/pouchdb-server"


def which_couch() -> str:
    """Say which server the tests use."""
    return "CouchDB 3 (Docker)" if has_docker() else "PouchDB Server 4.2 (no Docker here)"


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

    def start(self, *, seconds: float = 30) -> Couch:
        """Start it and wait until it answers."""
        assert _PROGRAM.exists(), f"{_PROGRAM} is missing; `make setup` installs it"
        self.folder.mkdir(parents=True, exist_ok=True)
        command = ["node", _PROGRAM, "--port", str(self.port), "--dir", str(self.folder), "--no-stdout-logs"]
        with (self.folder / "out.log").open("ab") as out:
            self._process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=out, stderr=out, cwd=self.folder, start_new_session=True
            )
        deadline = time.monotonic() + seconds
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > deadline:
                self.kill()
                raise AssertionError(f"PouchDB Server did not start:\n{(self.folder / 'out.log').read_text()[-3000:]}")
            time.sleep(0.05)
        return self

    def kill(self) -> None:
        """kill -9."""
        end_group(self.pid, signal.SIGKILL)
        if self._process is not None:
            self._process.wait(10)

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

    def _answers(self) -> bool:
        with suppress(httpx.HTTPError):
            return httpx.get(self.url, timeout=1).status_code == 200
        return False


class CouchInDocker:
    """One CouchDB 3."""

    def __init__(self, _folder: Path, known: dict[str, Any] | None = None) -> None:
        """Start nothing yet. `known` is what another process noted of the same server."""
        self.url, self._id = (known["url"], known["id"]) if known else ("", "")

    def start(self) -> CouchInDocker:
        """Start it and wait until it answers."""
        from testcontainers.core.container import DockerContainer  # noqa: PLC0415  few machines need it
        from testcontainers.core.waiting_utils import wait_for_logs  # noqa: PLC0415

        # The first process of a run starts it and the last stops it, so nobody else may.
        os.environ["TESTCONTAINERS_RYUK_DISABLED"] = "true"
        password = secrets.token_hex(8)
        container = DockerContainer("couchdb:3").with_exposed_ports(5984).with_env("COUCHDB_USER", "outlay")
        container = container.with_env("COUCHDB_PASSWORD", password).start()
        wait_for_logs(container, "Apache CouchDB has started", timeout=60)
        self.url = f"http://outlay:{password}@{container.get_container_host_ip()}:{container.get_exposed_port(5984)}"
        self._id = str(container.get_wrapped_container().id)
        return self

    def noted(self) -> dict[str, Any]:
        """Return what another process has to know."""
        return {"url": self.url, "id": self._id}

    def described(self) -> str:
        """Say what it calls itself."""
        return f"couchdb:3 (container), {httpx.get(self.url, timeout=5).json()['version']}"

    def leave(self) -> None:
        """Leave it to another process to stop it."""

    def close(self) -> None:
        """Kill it."""
        subprocess.run(["docker", "rm", "--force", self._id], check=False, capture_output=True)


@contextmanager
def shared_couch(folder: Path) -> Iterator[str]:
    """Give the address of the one server of a test run to each of its worker processes."""
    with one_for_the_run(folder, CouchInDocker if has_docker() else Couch) as server:
        yield server.url
