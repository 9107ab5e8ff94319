"""An open page: it receives alerts live, reconnects when its stream ends, and then reads everything again."""

from __future__ import annotations

import json
import threading
import time
from typing import TYPE_CHECKING

import httpx

if TYPE_CHECKING:
    from faults.client import App

_STREAM_SECONDS = 40.0
"""Longer than two heartbeats."""


class Page(threading.Thread):
    """What the web UI does with its event stream."""

    def __init__(self, url: str, app: App) -> None:
        """Open it."""
        super().__init__(daemon=True, name="page")
        self._url, self._app = f"{url}/api/v1/events", app
        self.user_id = app.user_id
        self.heard: set[str] = set()
        """Alerts that it was told of while they happened."""
        self.read: set[str] = set()
        """Alerts that it found when it read everything again."""
        self.breaks: list[float] = []
        """Seconds without a stream, each time."""
        self.failures: list[str] = []
        self._retry = 1.0
        self._over = threading.Event()
        self.start()

    def run(self) -> None:
        """Listen until it is closed."""
        ended = time.monotonic()
        first = True
        while not self._over.is_set():
            try:
                with httpx.stream("GET", self._url, headers={"Cookie": self._app.cookie}, timeout=_STREAM_SECONDS) as answer:
                    if answer.status_code != 200:
                        self.failures.append(f"the stream was answered with {answer.status_code}")
                    else:
                        self._listen(answer, None if first else ended)
                        first = False
            except httpx.TransportError as error:
                if not self._over.is_set():
                    self.failures.append(f"the stream broke: {error!r}")
            ended = time.monotonic()
            self._over.wait(self._retry)

    def _listen(self, answer: httpx.Response, ended: float | None) -> None:
        kind, opened = "", False
        for line in answer.iter_lines():
            if self._over.is_set():
                return
            if not opened:
                opened = True
                if ended is not None:
                    self.breaks.append(time.monotonic() - ended)
                    self._read_all()
            if line.startswith("retry: "):
                self._retry = int(line.removeprefix("retry: ")) / 1000
            elif line.startswith("event: "):
                kind = line.removeprefix("event: ")
                if kind == "refresh":
                    self._read_all()
            elif line.startswith("data: ") and kind == "alert.raised":
                self.heard.add(json.loads(line.removeprefix("data: "))["alert_id"])

    def _read_all(self) -> None:
        self.read |= {alert["id"] for alert in self._app.read("alerts", limit=200)["items"]}

    def missed(self) -> set[str]:
        """Return the alerts that it never showed."""
        return {alert["id"] for alert in self._app.read("alerts", limit=200)["items"]} - self.heard - self.read

    def close(self) -> None:
        """Close it; the stream's next line ends the thread."""
        self._over.set()
