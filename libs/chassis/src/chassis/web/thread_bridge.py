"""Runs Flask, which is synchronous, under the asynchronous server: one hop into a thread for each request (docs/adr/003).

The body is collected first (beyond a megabyte in a temporary file) and the application runs once in a worker thread.
"""

from __future__ import annotations

import asyncio
import contextvars
import os
import sys
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from tempfile import SpooledTemporaryFile
from typing import Any
from urllib.parse import unquote_to_bytes

from starlette.types import Receive, Scope, Send

from chassis.runtime.problems import UnavailableError

_IN_MEMORY = 1_000_000
_CHUNK = 64 * 1024


class ThreadBridge:
    """An ASGI application that runs a WSGI one."""

    def __init__(self, wsgi: Any, *, workers: int, name: str) -> None:
        """Run at most `workers` requests at a time."""
        self._wsgi = wsgi
        self._threads = ThreadPoolExecutor(workers, thread_name_prefix=name)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request; raises what the application raises."""
        if scope["type"] != "http":
            return
        with SpooledTemporaryFile(max_size=_IN_MEMORY) as body:
            if not await _collect(receive, body):
                return  # the client has disconnected, and half a request must not be carried out
            call = _Call(self._wsgi, _environ(scope, body))
            start, first = await self._in_thread(call.begin)
            await send(start)
            if call.live:
                await self._send_live(call, first, send)
                return
            while first is not None:
                following = None if call.finished else await self._in_thread(call.next)
                await send({"type": "http.response.body", "body": first, "more_body": following is not None})
                first = following

    async def _send_live(self, call: _Call, first: bytes, send: Send) -> None:
        """Send each piece as soon as it is there, without waiting to see whether it is the last."""
        piece: bytes | None = first
        while piece is not None:
            await send({"type": "http.response.body", "body": piece, "more_body": True})
            piece = None if call.finished else await self._in_thread(call.next)
        await send({"type": "http.response.body", "body": b""})

    async def _in_thread(self, function: Any) -> Any:
        context = contextvars.copy_context()
        return await asyncio.get_running_loop().run_in_executor(self._threads, context.run, function)

    def close(self) -> None:
        """Wait for running requests."""
        self._threads.shutdown()


class _Call:
    """One call of the WSGI application."""

    def __init__(self, wsgi: Any, environ: dict[str, Any]) -> None:
        self._wsgi, self._environ = wsgi, environ
        self._start: dict[str, Any] = {}
        self._parts: Iterator[bytes] = iter(())
        self._answer: Iterable[bytes] = ()
        self.finished = False

    @property
    def live(self) -> bool:
        """Whether each piece of the response is to be sent at once."""
        kinds = [value for name, value in self._start["headers"] if name == b"content-type"]
        return any(kind.startswith(b"text/event-stream") for kind in kinds)

    def begin(self) -> tuple[dict[str, Any], bytes]:
        """Run the application up to the first piece of its response."""
        self._answer = self._wsgi(self._environ, self._start_response)
        self._parts = iter(self._answer)
        try:
            whole = isinstance(self._answer, list) or getattr(self._answer, "__len__", None) is not None
            first = b"".join(self._parts) if whole else next(self._parts, b"")
        except BaseException:
            self._close()
            raise
        length = any(name == b"content-length" for name, _ in self._start["headers"])
        if whole or (length and len(first) == self._declared_length()):
            self._close()
        return self._start, first

    def next(self) -> bytes | None:
        """Return the next pieces, joined up to some size; None after the last."""
        pieces, size = [], 0
        try:
            for piece in self._parts:
                pieces.append(piece)
                size += len(piece)
                if size >= _CHUNK or self.live:
                    return b"".join(pieces)
        except BaseException:
            self._close()
            raise
        self._close()
        return b"".join(pieces) if pieces else None

    def _declared_length(self) -> int:
        return next(int(value) for name, value in self._start["headers"] if name == b"content-length")

    def _close(self) -> None:
        if not self.finished:
            self.finished = True
            close = getattr(self._answer, "close", None)
            if close is not None:
                close()

    def _start_response(self, status: str, headers: list[tuple[str, str]], _exc_info: Any = None) -> Any:
        encoded = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers]
        self._start = {"type": "http.response.start", "status": int(status[:3]), "headers": encoded}
        return lambda _data: None


async def _collect(receive: Receive, body: SpooledTemporaryFile[bytes]) -> bool:
    more = True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            return False
        _keep(message.get("body", b""), body)
        more = message.get("more_body", False)
    body.seek(0)
    return True


def _keep(piece: bytes, body: SpooledTemporaryFile[bytes]) -> None:
    try:
        body.write(piece)
    except OSError as error:  # large bodies go to disk, which may be full
        raise UnavailableError("There is no space left for this upload. Try again soon.", headers={"Retry-After": "30"}) from error


def _environ(scope: Scope, body: SpooledTemporaryFile[bytes]) -> dict[str, Any]:
    server = scope.get("server") or ("localhost", 80)
    environ: dict[str, Any] = {
        "REQUEST_METHOD": scope["method"],
        "SCRIPT_NAME": "",
        # WSGI wants the bytes of the path as latin-1 (PEP 3333).
        "PATH_INFO": unquote_to_bytes(scope.get("raw_path") or scope["path"].encode()).decode("latin-1"),
        "QUERY_STRING": scope["query_string"].decode("latin-1"),
        "SERVER_NAME": server[0],
        "SERVER_PORT": str(server[1]),
        "SERVER_PROTOCOL": f"HTTP/{scope.get('http_version', '1.1')}",
        "REMOTE_ADDR": (scope.get("client") or ("",))[0],
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope.get("scheme", "http"),
        "wsgi.input": body,
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
        "wsgi.input_terminated": True,
        "asgi.scope": scope,
    }
    for raw_name, raw_value in scope["headers"]:
        name, value = raw_name.decode("latin-1"), raw_value.decode("latin-1")
        if "_" in name:
            continue  # in WSGI it would look like x-forwarded-for, which only the gateway may send
        key = {"content-length": "CONTENT_LENGTH", "content-type": "CONTENT_TYPE"}.get(name)
        key = key or f"HTTP_{name.upper().replace('-', '_')}"
        environ[key] = f"{environ[key]},{value}" if key in environ else value
    if environ.pop("HTTP_TRANSFER_ENCODING", None) is not None:
        environ["CONTENT_LENGTH"] = str(_length(body))  # the body is complete by now
    return environ


def _length(body: SpooledTemporaryFile[bytes]) -> int:
    length = body.seek(0, os.SEEK_END)
    body.seek(0)
    return length
