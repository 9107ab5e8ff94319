"""The test server of SendGrid's API as a process, to be used, told to misbehave, killed and started again."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx

from testing.servers.ports import free_ports
from testing.servers.starting import STOP_SECONDS

_SOURCES = Path(__file__).parents[2]


class MailProcess:
    """One process on one folder. Port, journal and signing key stay the same over restarts."""

    def __init__(self, folder: Path, *options: str, key: str = "SG.test") -> None:
        """Start nothing yet; `options` are more of the command line."""
        folder.mkdir(parents=True, exist_ok=True)
        self.journal, self.key, self.port = folder / "accepted.jsonl", key, free_ports(1)[0]
        self._options = ["--journal", str(self.journal), "--hook-key", str(folder / "hook.pem"), "--key", key, *options]
        self._process: subprocess.Popen[str] | None = None

    @property
    def url(self) -> str:
        """Its base address, as NOTIFIER_MAIL=sendgrid:<url> takes it."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def pid(self) -> int:
        """The process id."""
        assert self._process is not None
        return self._process.pid

    def start(self) -> MailProcess:
        """Start it and wait until it listens."""
        command = [sys.executable, "-m", "testing.mailserver", "--port", str(self.port), *self._options]
        environ = {**os.environ, "PYTHONPATH": str(_SOURCES)}
        self._process = subprocess.Popen(command, env=environ, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line.startswith("ready on port "):
            self._process.kill()
            raise AssertionError(f"the mail server did not start: it printed {line!r} and ended with {self._process.wait()}")
        self.port = int(line.rsplit(" ", 1)[1])
        return self

    def order(self, name: str, **body: Any) -> dict[str, Any]:
        """Give an order, such as order("fault", kind="slow", seconds=3, times=1)."""
        answer = httpx.post(f"{self.url}/control/{name}", json=body, timeout=60)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def look(self, name: str, **params: Any) -> dict[str, Any]:
        """Ask for `accepted` or `hook`."""
        answer = httpx.get(f"{self.url}/control/{name}", params=params, timeout=60)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def journalled(self) -> list[dict[str, Any]]:
        """Read the accepted mails from the disk, also when the process is gone."""
        lines = self.journal.read_bytes().split(b"\n")[:-1] if self.journal.exists() else []
        return [json.loads(line) for line in lines]

    def emails_to(self, address: str) -> list[str]:
        """Return the texts of the accepted mails to an address."""
        mails = [entry["mail"] for entry in self.journalled()]
        theirs = [mail for mail in mails if mail["personalizations"][0]["to"][0]["email"] == address]
        return [part["value"] for mail in theirs for part in mail["content"] if part["type"] == "text/plain"]

    def stop(self) -> None:
        """End it with SIGTERM."""
        self._end("terminate")

    def kill(self) -> None:
        """kill -9."""
        self._end("kill")

    def _end(self, how: str) -> None:
        if self._process is None:
            return
        getattr(self._process, how)()
        self._process.wait(STOP_SECONDS)
        assert self._process.stdout is not None
        self._process.stdout.close()
        self._process = None

    def __enter__(self) -> MailProcess:
        return self.start()

    def __exit__(self, *_args: object) -> None:
        self.stop()
