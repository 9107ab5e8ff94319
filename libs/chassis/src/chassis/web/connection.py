"""A connection of the server: uvicorn's, with limits on how much and how slowly a client may send."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, ClassVar, Literal

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from chassis.runtime.problems import PROBLEM_JSON, status_body
from chassis.web.middleware.security_headers import with_security_headers

_SINGLE = frozenset(
    {b"host", b"content-type", b"content-length", b"authorization", b"origin", b"sec-fetch-site", b"idempotency-key", b"if-match"}
)
"""Headers that may be sent once: of two values, one layer might use the first and another the last."""


@dataclass(frozen=True)
class ConnectionLimits:
    """Bytes, counts and seconds."""

    head_bytes: int = 32 * 1024
    """The request line and all headers."""
    headers: int = 100
    target_bytes: int = 8 * 1024
    """The path and the query."""
    head_seconds: float = 10.0
    """From the first byte of a request, or from the opening of a connection, to the end of its headers."""
    body_seconds: float = 20.0
    """How long any body may take; a larger one has a second more for each `body_rate` bytes."""
    body_rate: int = 1_000
    """Bytes a second."""
    stalled_seconds: float = 60.0
    """How long a client may read nothing of a response."""


class _RefusedError(Exception):
    """The rest of the request is not read."""


class Connection(HttpToolsProtocol):
    """A connection that is refused or closed when it exceeds a limit.

    Headers count until the end of the head: what comes after the body (trailers) never becomes a header of the request.
    """

    limits: ClassVar[ConnectionLimits] = ConnectionLimits()

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._phase: Literal["idle", "head", "body"] = "idle"
        self._received = self._body_bytes = 0
        self._message_began = False
        self._body_began = 0.0
        self._timer: asyncio.TimerHandle | None = None
        self._stalled: asyncio.TimerHandle | None = None
        self._refusal = (400, "This is not a valid HTTP request.")

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Start the timer of the first request."""
        super().connection_made(transport)
        self._set_timer(self.limits.head_seconds, self._check_head)

    def connection_lost(self, exc: Exception | None) -> None:
        """Cancel all timers."""
        self._set_timer(0, None)
        if self._stalled is not None:
            self._stalled.cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Count before anything else can keep the bytes."""
        self._received += len(data)
        self._message_began = False
        was_idle = self._phase == "idle"
        super().data_received(data)
        if self.transport.is_closing():
            return
        if was_idle and not self._message_began:  # empty lines, for which uvicorn would keep the connection open
            if self._timer is None:
                self._set_timer(self.limits.head_seconds, self._check_head)
        elif self._phase == "head":
            if self._received > self.limits.head_bytes:
                self._refuse(431, f"The headers may have {self.limits.head_bytes:,} bytes at most.")
            elif self._timer is None:
                self._set_timer(self.limits.head_seconds, self._check_head)
        elif self._phase == "body":
            # Sizes of chunks, their extensions and trailers are bytes that no limit on bodies sees.
            if self._received > 2 * self.limits.head_bytes + 8 * self._body_bytes:
                self._refuse(400, "The chunks of the body are too small; send larger ones.")
            elif self._timer is None:
                self._set_timer(self.limits.body_seconds, self._check_body)

    def on_message_begin(self) -> None:
        self._phase, self._received, self._body_bytes = "head", 0, 0
        self._message_began = True
        super().on_message_begin()

    def on_header(self, name: bytes, value: bytes) -> None:
        """Accept a header, but not a trailer."""
        if self._phase != "head":
            return
        super().on_header(name, value)
        if len(self.headers) > self.limits.headers:
            self._stop(431, f"A request may have {self.limits.headers} headers at most.")

    def on_headers_complete(self) -> None:
        """Check the head as a whole, and start the response."""
        if len(self.url) > self.limits.target_bytes:
            self._stop(414, f"The path and the query may have {self.limits.target_bytes:,} bytes at most.")
        if sum(len(name) + len(value) + 4 for name, value in self.headers) > self.limits.head_bytes:
            self._stop(431, f"The headers may have {self.limits.head_bytes:,} bytes at most.")
        names = [name for name, _value in self.headers]
        if names.count(b"host") != 1 and self.parser.get_http_version() == "1.1":
            self._stop(400, "A request needs exactly one Host header.")
        for name in _SINGLE.intersection(names):
            if names.count(name) > 1:
                self._stop(400, f"The header {name.decode()} was sent twice.")
        self._set_timer(0, None)
        self._phase, self._body_began = "body", self.loop.time()
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        self._body_bytes += len(body)
        super().on_body(body)

    def on_message_complete(self) -> None:
        """Wait for the next request; uvicorn limits how long."""
        self._phase = "idle"
        self._set_timer(0, None)
        super().on_message_complete()

    def pause_writing(self) -> None:
        """Start the timer of a client that reads nothing."""
        super().pause_writing()
        self._stalled = self.loop.call_later(self.limits.stalled_seconds, self.transport.abort)

    def resume_writing(self) -> None:
        """Stop that timer."""
        super().resume_writing()
        if self._stalled is not None:
            self._stalled.cancel()

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002  uvicorn's text for all cases
        """Respond to an invalid or refused request with a problem like any other, and close."""
        status, detail = self._refusal
        cycle = self.cycle
        if cycle is not None and not cycle.response_complete:
            answered = cycle.response_started or self._phase == "head"  # the response of another request is on its way
            cycle.disconnected = True
            cycle.message_event.set()
            if answered:
                self.transport.close()
                return
        body = json.dumps(status_body(status, detail, "")).encode()
        headers = [
            *self.server_state.default_headers,
            (b"content-type", PROBLEM_JSON.encode()),
            (b"content-length", str(len(body)).encode()),
            (b"connection", b"close"),
        ]
        lines = [b"HTTP/1.1 %d %s" % (status, HTTPStatus(status).phrase.encode())]
        lines += [b"%s: %s" % header for header in with_security_headers(headers)]
        self.transport.write(b"\r\n".join([*lines, b"", body]))
        self.transport.close()

    def _stop(self, status: int, detail: str) -> None:
        """Stop the parser; uvicorn then calls `send_400_response`."""
        self._refusal = (status, detail)
        raise _RefusedError

    def _refuse(self, status: int, detail: str) -> None:
        self._refusal = (status, detail)
        self.send_400_response("")

    def _set_timer(self, seconds: float, action: Callable[[], None] | None) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = self.loop.call_later(seconds, action) if action else None

    def _check_head(self) -> None:
        self._timer = None
        if self.transport.is_closing():
            return
        if self._phase == "head":
            self._refuse(408, f"The headers did not arrive within {self.limits.head_seconds:g} seconds.")
        elif self.cycle is None or self.cycle.response_complete:
            self.transport.close()

    def _check_body(self) -> None:
        self._timer = None
        if self._phase != "body" or self.transport.is_closing():
            return
        now, every = self.loop.time(), max(0.05, self.limits.body_seconds / 4)
        if self.flow.read_paused:
            self._body_began += every  # the client is not the slow side
        if self.cycle.response_complete:
            self.transport.close()
        elif now - self._body_began > self.limits.body_seconds + self._body_bytes / self.limits.body_rate:
            self._refuse(408, "The body arrived too slowly.")
        else:
            self._set_timer(every, self._check_body)
