"""`outlay run` as a real process, to be talked to over HTTP and to be killed."""

from __future__ import annotations

import os
import queue
import re
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

from support.ports import free_ports

_READY = re.compile(r"Outlay is ready: (http://[^ ]+)")


class OutlayProcess:
    """One process on one data folder. It can be started again after it was stopped or killed."""

    def __init__(self, data: Path, **environ: str) -> None:
        """Start nothing yet. Its port it keeps, and nobody else is given it while it is stopped."""
        self.data = data
        self.log = data.parent / f"{data.name}.log"
        self._environ = {
            **os.environ, "OUTLAY_DATA": str(data), "OUTLAY_ENV": "development",
            "OUTLAY_PORT": str(free_ports(1)[0]), "AUTH_RATE_LIMIT_FACTOR": "1000", "PYTHONWARNINGS": "ignore", **environ,
        }  # fmt: skip
        self._process: subprocess.Popen[str] | None = None
        self._reader: threading.Thread | None = None
        self.url = ""

    def start(self, *, command: str = "run", timeout: float = 30) -> OutlayProcess:
        """Start it and wait until it says that it is ready."""
        with self.log.open("a") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "outlay", command], env=self._environ, stdout=subprocess.PIPE, stderr=log, text=True
            )
        lines: queue.Queue[str] = queue.Queue()
        self._reader = threading.Thread(target=self._read, args=(self._process, lines), daemon=True)
        self._reader.start()
        deadline = time.monotonic() + timeout
        while True:
            try:
                line = lines.get(timeout=max(0.0, deadline - time.monotonic()))
            except queue.Empty:
                line = ""
            if match := _READY.search(line):
                self.url = match.group(1)
                return self
            if not line:
                self.kill()
                self._let_go()
                raise AssertionError(f"outlay did not start:\n{self.log.read_text()[-4000:]}")

    @staticmethod
    def _read(process: subprocess.Popen[str], lines: queue.Queue[str]) -> None:
        assert process.stdout is not None
        for line in process.stdout:
            lines.put(line)
        lines.put("")

    @property
    def pid(self) -> int:
        """The process id."""
        assert self._process is not None
        return self._process.pid

    @property
    def running(self) -> bool:
        """Whether it has not ended."""
        return self._process is not None and self._process.poll() is None

    def stop(self, sig: int = signal.SIGTERM, timeout: float = 20) -> int:
        """Ask it to stop and return its exit status."""
        assert self._process is not None
        self._process.send_signal(sig)
        status = self._process.wait(timeout)
        self._let_go()
        return status

    def _let_go(self) -> None:
        if self._reader is not None:
            self._reader.join(5)
        if self._process is not None and self._process.stdout is not None:
            self._process.stdout.close()

    def kill(self) -> None:
        """kill -9."""
        if self.running:
            assert self._process is not None
            self._process.kill()
            self._process.wait(10)
            self._let_go()

    def __enter__(self) -> OutlayProcess:
        return self if self.running else self.start()

    def __exit__(self, *_args: object) -> None:
        if self.running:
            self.stop()

    def mails(self, kind: str | None = None) -> list[Path]:
        """Return the mails in its folder, of one kind if it is given."""
        found = sorted((self.data / "mail").glob("*.eml"))
        return [path for path in found if kind is None or f"X-Outlay-Kind: {kind}" in path.read_text("utf-8")]
