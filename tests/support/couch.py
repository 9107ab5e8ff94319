"""A real server that speaks CouchDB's HTTP API on loopback: CouchDB in Docker, PouchDB Server without."""

from __future__ import annotations

import fcntl
import json
import os
import secrets
import shutil
import signal
import subprocess
import time
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx

from support.broker import free_ports

if TYPE_CHECKING:
    from collections.abc import Iterator

_PROGRAM = Path(__file__).parents[1] / "servers/node_modules/pouchdb-server/bin/pouchdb-server"


@cache
def with_docker() -> bool:
    """Say whether containers can be started here."""
    return bool(shutil.which("docker")) and subprocess.run(["docker", "info"], check=False, capture_output=True).returncode == 0


def which_couch() -> str:
    """Say which server the tests use."""
    return "CouchDB 3 (Docker)" if with_docker() else "PouchDB Server 4.2 (no Docker here)"


class Couch:
    """One PouchDB Server. Its port and data outlive a kill."""

    def __init__(self, folder: Path) -> None:
        """Start nothing yet."""
        self.folder, self.port = folder, free_ports(1)[0]
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
        if self._process is not None:
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait(10)

    def leave_running(self) -> None:
        """Leave it to another process to stop it."""
        if self._process is not None:
            self._process.returncode = 0  # or Popen complains that it was forgotten

    @property
    def pid(self) -> int:
        """The process id, whose group is its own."""
        return self._process.pid if self._process else 0

    def _answers(self) -> bool:
        with suppress(httpx.HTTPError):
            return httpx.get(self.url, timeout=1).status_code == 200
        return False


@contextmanager
def shared_couch(folder: Path) -> Iterator[str]:
    """Give the address of the one server of a test run to each of its worker processes: the first starts it, the last stops it."""
    folder.mkdir(parents=True, exist_ok=True)
    known = folder / "couch.json"
    server = Couch(folder / "data")
    with _locked(folder):
        noted = json.loads(known.read_text()) if known.exists() else {"users": 0}
        if not noted["users"]:
            noted = _in_docker() if with_docker() else {"url": server.start().url, "pid": server.pid}
        known.write_text(json.dumps({**noted, "users": noted.get("users", 0) + 1}))
    yield noted["url"]
    with _locked(folder):
        noted = json.loads(known.read_text())
        known.write_text(json.dumps({**noted, "users": noted["users"] - 1}))
        if noted["users"] == 1:
            _stop(noted)
        server.leave_running()


def _in_docker() -> dict[str, Any]:
    from testcontainers.core.container import DockerContainer  # noqa: PLC0415  few machines need it
    from testcontainers.core.waiting_utils import wait_for_logs  # noqa: PLC0415

    password = secrets.token_hex(8)
    container = DockerContainer("couchdb:3").with_exposed_ports(5984).with_env("COUCHDB_USER", "outlay")
    container = container.with_env("COUCHDB_PASSWORD", password).start()
    wait_for_logs(container, "Apache CouchDB has started", timeout=60)
    url = f"http://outlay:{password}@{container.get_container_host_ip()}:{container.get_exposed_port(5984)}"
    return {"url": url, "container": container.get_wrapped_container().id}


def _stop(noted: dict[str, Any]) -> None:
    if "container" in noted:
        subprocess.run(["docker", "rm", "--force", noted["container"]], check=False, capture_output=True)
        return
    with suppress(ProcessLookupError):
        os.killpg(noted["pid"], signal.SIGKILL)
    with suppress(ChildProcessError):  # it is another worker's child
        os.waitpid(noted["pid"], 0)


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
