"""Containers as an operator would harden them: read-only root, nobody's user, no capabilities, little memory."""

from __future__ import annotations

import json
import shutil
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import httpx

from testing.servers.ports import free_ports

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

USER = "10001:10001"
MEMORY = "512m"


def engine() -> str:
    """Return docker or podman, whichever answers."""
    for name in ("docker", "podman"):
        if shutil.which(name) and subprocess.run([name, "info"], check=False, capture_output=True).returncode == 0:
            return name
    message = "neither docker nor podman answers here"
    raise SystemExit(message)


@dataclass
class Container:
    """One container of an image, on this machine's own network, listening on loopback."""

    engine: str
    image: str
    command: Sequence[str]
    settings: Mapping[str, str]
    folders: Mapping[Path | str, str] = field(default_factory=dict)
    """Folders of this machine, or names of volumes, to where they are seen inside."""
    port: int = field(default_factory=lambda: free_ports(1)[0])
    seconds: float = 0.0
    """From the start until it was ready."""
    _name: str = ""

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.port}"

    def run(self, *, ready: str = "/readyz", within: float = 60) -> Container:
        """Start it and wait until it is ready."""
        began = time.monotonic()
        self._name = self._engine("run", "--detach", *self._options(), self.image, *self.command).strip()
        while not self._answers(ready):
            state = self.state()
            if not state["Running"] or time.monotonic() - began > within:
                raise AssertionError(f"{self.image} {self.command} did not get ready:\n{self.log()}")
            time.sleep(0.2)
        self.seconds = time.monotonic() - began
        return self

    def finish(self) -> str:
        """Run it to its end; return what it printed; raises AssertionError if it failed."""
        done = self._ended()
        assert done.returncode == 0, f"{self.image} {self.command} ended with {done.returncode}:\n{done.stdout}{done.stderr}"
        return done.stdout

    def refusal(self) -> tuple[int, str]:
        """Run it to its end; return its exit status and what it complained of."""
        done = self._ended()
        return done.returncode, done.stderr

    def _ended(self) -> subprocess.CompletedProcess[str]:
        command = [self.engine, "run", "--rm", *self._options(), self.image, *self.command]
        return subprocess.run(command, check=False, capture_output=True, text=True)

    def state(self) -> dict[str, object]:
        """Return what the engine knows of it."""
        return dict(json.loads(self._engine("inspect", self._name))[0]["State"])

    def inside(self, *command: str) -> subprocess.CompletedProcess[str]:
        """Run a command in it."""
        return subprocess.run([self.engine, "exec", self._name, *command], check=False, capture_output=True, text=True)

    def megabytes(self) -> float:
        """Return the resident memory of all its processes."""
        return sum(int(line.split()[1]) for line in self._told_of_processes("VmRSS:")) / 1000

    def zombies(self) -> int:
        """Count its processes that ended and that nobody asked how."""
        return sum(line.split()[1] == "Z" for line in self._told_of_processes("State:"))

    def _told_of_processes(self, key: str) -> list[str]:
        script = (
            "import glob, os\n"
            "for path in glob.glob('/proc/[0-9]*/status'):\n"
            "    if f'/{os.getpid()}/' not in path:\n"
            "        print(*(line for line in open(path) if line.startswith('" + key + "')), end='')\n"
        )
        return self.inside("python", "-c", script).stdout.splitlines()

    def log(self) -> str:
        """Return what it wrote."""
        done = subprocess.run([self.engine, "logs", self._name], check=False, capture_output=True, text=True)
        return done.stdout + done.stderr

    def stop(self) -> float:
        """Stop it as docker does if nobody says otherwise, and remove it; return the seconds that it took. It has to end by itself."""
        began = time.monotonic()
        self._engine("stop", "--time", "10", self._name)
        seconds = time.monotonic() - began
        status, said = self.state()["ExitCode"], self.log()
        self._engine("rm", "--force", self._name)
        assert status == 0, f"{self.image} {self.command} was killed, or failed, after {seconds:.1f} s ({status}):\n{said}"
        return seconds

    def _options(self) -> list[str]:
        told = {**self.settings, "OUTLAY_HOST": "127.0.0.1", "OUTLAY_PORT": str(self.port)}
        return [
            "--network",
            "host",
            "--read-only",
            "--tmpfs",
            "/tmp",
            "--user",
            USER,
            "--cap-drop",
            "all",
            "--security-opt",
            "no-new-privileges",
            "--memory",
            MEMORY,
            "--no-healthcheck",
            *(word for name, value in told.items() for word in ("--env", f"{name}={value}")),
            *(word for here, there in self.folders.items() for word in ("--volume", f"{here}:{there}")),
        ]

    def _engine(self, *arguments: str) -> str:
        return subprocess.run([self.engine, *arguments], check=True, capture_output=True, text=True).stdout

    def _answers(self, path: str) -> bool:
        try:
            return httpx.get(f"{self.url}{path}", timeout=2).status_code == 200
        except httpx.TransportError:
            return False
