"""`outlay run` as a real process, to be talked to over HTTP and to be killed."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
from pathlib import Path

from testing.clients.inbox import MailFolder
from testing.servers.ports import free_ports
from testing.servers.starting import START_SECONDS, STOP_SECONDS, wait_until_started

_READY = re.compile(r"Outlay is ready: (http://[^ ]+)")


class OutlayProcess:
    """One process on one data folder. It can be started again after it was stopped or killed."""

    def __init__(self, data: Path, **environ: str) -> None:
        """Start nothing yet. Its port it keeps, and nobody else is given it while it is stopped."""
        self.data = data
        port, management_port = free_ports(2)
        self.log = data.parent / f"{data.name}.log"
        self._environ = {
            **os.environ,
            "OUTLAY_DATA": str(data),
            "OUTLAY_ENV": "development",
            "OUTLAY_PORT": str(port),
            "OUTLAY_MANAGEMENT_PORT": str(management_port),
            "AUTH_RATE_LIMIT_FACTOR": "1000",
            "PYTHONWARNINGS": "ignore",
            **environ,
        }
        self._process: subprocess.Popen[str] | None = None
        self._reader: threading.Thread | None = None
        self.url = ""
        self.management = f"http://127.0.0.1:{self._environ['OUTLAY_MANAGEMENT_PORT']}"
        """Where operators ask for metrics, and for what cannot be reached."""

    def start(self, *, command: str = "run", timeout: float = START_SECONDS) -> OutlayProcess:
        """Start it and wait until it says that it is ready, or has ended."""
        self.url = ""
        with self.log.open("a") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "outlay", command], env=self._environ, stdout=subprocess.PIPE, stderr=log, text=True
            )
        self._reader = threading.Thread(target=self._read, args=(self._process,), daemon=True)
        self._reader.start()
        try:
            wait_until_started(
                "outlay", lambda: bool(self.url), status=self._process.poll, output=self.log.read_text, seconds=timeout
            )
        except AssertionError:
            self.kill()
            self._let_go()
            raise
        return self

    def _read(self, process: subprocess.Popen[str]) -> None:
        """Take in what it prints, lest it stand still, and see when it is ready."""
        assert process.stdout is not None
        for line in process.stdout:
            if match := _READY.search(line):
                self.url = match.group(1)

    @property
    def pid(self) -> int:
        """The process id."""
        assert self._process is not None
        return self._process.pid

    @property
    def running(self) -> bool:
        """Whether it has not ended."""
        return self._process is not None and self._process.poll() is None

    def stop(self, sig: int = signal.SIGTERM, timeout: float = STOP_SECONDS) -> int:
        """Ask it to stop and return its exit status."""
        assert self._process is not None
        self._process.send_signal(sig)
        status = self._process.wait(timeout)
        self._let_go()
        return status

    def _let_go(self) -> None:
        if self._reader is not None:
            self._reader.join(60)
        if self._process is not None and self._process.stdout is not None:
            self._process.stdout.close()

    def kill(self) -> None:
        """kill -9."""
        if self.running:
            assert self._process is not None
            self._process.kill()
            self._process.wait()
            self._let_go()

    def __enter__(self) -> OutlayProcess:
        return self if self.running else self.start()

    def __exit__(self, *_args: object) -> None:
        if self.running:
            self.stop()

    def emails_to(self, address: str) -> list[str]:
        """Return the texts of the mails to an address."""
        return MailFolder(self.data / "mail").emails_to(address)

    def mails(self, kind: str | None = None) -> list[Path]:
        """Return the mails in its folder, of one kind if it is given."""
        found = sorted((self.data / "mail").glob("*.eml"))
        return [path for path in found if kind is None or f"X-Outlay-Kind: {kind}" in path.read_text("utf-8")]
