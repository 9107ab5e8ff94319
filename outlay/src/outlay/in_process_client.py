"""A client for the public API of this process, without a network."""

from __future__ import annotations

import asyncio
import concurrent.futures
import threading

import httpx
from starlette.types import ASGIApp

_SECONDS = 30.0


class InProcess(httpx.BaseTransport):
    """A transport to an ASGI application, which runs on its own event loop.

    Threads that wait for a response never block the loop that computes it.
    """

    def __init__(self, *, seconds: float = _SECONDS) -> None:
        """Connect to no application yet; a response may take `seconds`."""
        self._seconds = seconds
        self._transport: httpx.ASGITransport | None = None
        self._running: asyncio.AbstractEventLoop | None = None
        self._starting = threading.Lock()

    def connect(self, app: ASGIApp) -> None:
        """Send requests to this application from now on."""
        self._transport = httpx.ASGITransport(app, raise_app_exceptions=False)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request and return the complete response."""
        if self._transport is None:
            raise httpx.ConnectError("there is no application yet", request=request)
        answer = asyncio.run_coroutine_threadsafe(_answer(self._transport, request), self._loop())
        try:
            return answer.result(self._seconds)
        except concurrent.futures.TimeoutError as error:
            answer.cancel()
            raise httpx.ReadTimeout(f"no answer within {self._seconds:g} seconds", request=request) from error

    def _loop(self) -> asyncio.AbstractEventLoop:
        with self._starting:
            if self._running is None:
                self._running = asyncio.new_event_loop()
                threading.Thread(target=_run, args=(self._running,), name="in-process", daemon=True).start()
            return self._running

    def close(self) -> None:
        with self._starting:
            if self._running is not None:
                self._running.call_soon_threadsafe(self._running.stop)
                self._running = None


def _run(loop: asyncio.AbstractEventLoop) -> None:
    loop.run_forever()
    loop.close()


async def _answer(transport: httpx.ASGITransport, request: httpx.Request) -> httpx.Response:
    sent = httpx.Request(request.method, request.url, headers=request.headers, content=request.read())
    answer = await transport.handle_async_request(sent)
    content = await answer.aread()
    return httpx.Response(answer.status_code, headers=answer.headers, content=content, request=request)
