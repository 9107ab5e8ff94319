"""A server that tests share: a program with a group of its own, or a container; whoever uses it may not be who started it."""

from __future__ import annotations

import signal
import subprocess
from typing import TYPE_CHECKING, Any

from testing.servers.containers import Container
from testing.servers.sharing import end_group
from testing.servers.starting import wait_until_started

if TYPE_CHECKING:
    from pathlib import Path


class Running:
    """What does not depend on the kind of server."""

    def __init__(self, folder: Path, known: dict[str, Any] | None) -> None:
        """Start nothing yet. `known` is what another process noted of the same server."""
        self.folder = folder
        self._process: subprocess.Popen[bytes] | None = None
        self._pid: int = known["pid"] if known else 0
        self._container = Container(**known["container"]) if known and known["container"] else None

    @property
    def pid(self) -> int:
        """The process id, whose group is its own."""
        return self._process.pid if self._process else self._pid

    def noted(self) -> dict[str, Any]:
        """Return what another process has to know."""
        return {"pid": self.pid, "container": self._container.noted() if self._container else None}

    def leave(self) -> None:
        """Leave it to another process to stop it."""
        if self._process is not None:
            self._process.returncode = 0  # or Popen complains that it was forgotten

    def close(self) -> None:
        """Kill it."""
        if self._container:
            self._container.remove()
        end_group(self.pid, signal.SIGKILL)
        if self._process is not None:
            self._process.wait()

    def _run(self, command: list[str | Path], *, environ: dict[str, str] | None = None) -> None:
        """Run a program in the folder; what it says is added to a log there."""
        with (self.folder / "out.log").open("ab") as log:
            self._process = subprocess.Popen(
                command, env=environ, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True, cwd=self.folder
            )

    def _wait_until_it_answers(self) -> None:
        try:
            wait_until_started(type(self).__name__, self._answers, status=self._status, output=self._said)
        except AssertionError:
            self.close()
            raise

    def _status(self) -> int | None:
        return self._process.poll() if self._process is not None else None

    def _said(self) -> str:
        return self._container.said() if self._container else (self.folder / "out.log").read_text(errors="replace")

    def _answers(self) -> bool:
        """Return whether it can be used."""
        raise NotImplementedError
