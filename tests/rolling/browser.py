"""Keeps connections open as a browser does, and counts all requests."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field

import httpx

_BROKEN_OFF = (httpx.RemoteProtocolError, httpx.ReadError, httpx.WriteError)


@dataclass
class Tally:
    """Counts the requests of all people."""

    sent: int = 0
    retried: int = 0
    """Sent once more on a new connection, since the one that was kept open had been closed before a byte was answered."""
    failed: list[str] = field(default_factory=list)
    slowest: tuple[float, str] = (0.0, "")
    signed_in: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, request: httpx.Request, seconds: float, failure: str) -> None:
        """Count a request."""
        what = f"{request.method} {request.url.path}"
        with self._lock:
            self.sent += 1
            self.slowest = max(self.slowest, (seconds, what))
            if failure:
                self.failed.append(f"{what}: {failure}, after {seconds:.2f} s, at {time.strftime('%H:%M:%S')}")

    def note_retry(self) -> None:
        """Count a connection that was closed meanwhile."""
        with self._lock:
            self.retried += 1


class Browser(httpx.BaseTransport):
    """Keeps connections open, and repeats a request whose kept connection was closed, as browsers do.

    A new connection that breaks is a failure, and so is every answer that says that something is away.
    """

    def __init__(self, tally: Tally) -> None:
        """Open nothing yet."""
        self._tally, self._connections = tally, httpx.HTTPTransport()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send it; raises what httpx raises."""
        began = time.monotonic()
        try:
            answer = self._send(request)
        except httpx.TransportError as error:
            self._tally.note(request, time.monotonic() - began, repr(error))
            raise
        failed = answer.status_code >= 500 or answer.status_code in (401, 429)
        failure = f"{answer.status_code} {answer.read()[:200].decode(errors='replace')}" if failed else ""
        self._tally.note(request, time.monotonic() - began, failure)
        return answer

    def _send(self, request: httpx.Request) -> httpx.Response:
        opened: list[str] = []
        body = request.read()
        request.extensions = {**request.extensions, "trace": lambda name, _info: opened.append(name)}
        try:
            return self._connections.handle_request(request)
        except _BROKEN_OFF:
            if any(name.startswith("connection.connect_tcp") for name in opened):
                raise
            self._tally.note_retry()
            again = httpx.Request(request.method, request.url, headers=request.headers, content=body)
            again.extensions = request.extensions
            return self._connections.handle_request(again)

    def close(self) -> None:
        """Close the connections."""
        self._connections.close()
