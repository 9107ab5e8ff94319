"""Connections to a service whose replicas come and go: none of them is missed by who asks."""

from __future__ import annotations

import asyncio
import logging
from functools import cache
from typing import TYPE_CHECKING

import httpx

if TYPE_CHECKING:
    import ssl

log = logging.getLogger("outlay.gateway")

REPEATABLE = "outlay.repeatable"
"""An extension of a request that may be sent twice: reading, or under an idempotency key, and with a body that is at hand."""
READING = "outlay.reading"
"""An extension of a request that changes nothing, so that two replicas may even work on it at the same time."""

_IDLE_SECONDS = 5.0
"""Less than a service keeps a connection that nobody uses."""
_CONNECT_AGAIN = 2
"""A replica that listens no more refuses; a moment later nobody is sent to it."""
_BROKEN_OFF = (httpx.RemoteProtocolError, httpx.ReadError, httpx.WriteError)


class Replicas(httpx.AsyncBaseTransport):
    """A replica that goes may close a connection in the moment in which a request is sent on it.

    What is repeatable goes out on a connection that was kept open, and is sent once more, on a new one, if not a byte came back.
    What is not goes out on a new connection at once, since nobody knows then whether it was done.
    What only reads is also asked of another replica if the first has not answered in time; the first answer counts.
    """

    def __init__(self, *, patience: float) -> None:
        """Connect to nothing yet. `patience` is how many seconds the first replica has."""
        self._patience = patience
        self._kept = _transport(httpx.Limits(max_connections=200, max_keepalive_connections=50, keepalive_expiry=_IDLE_SECONDS))
        self._new = _transport(httpx.Limits(max_connections=200, max_keepalive_connections=0))

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send it; raises what httpx raises."""
        if request.extensions.get(READING):
            return await self._read(request)
        if request.extensions.get(REPEATABLE):
            return await self._send_twice(request)
        return await self._new.handle_async_request(request)

    async def _send_twice(self, request: httpx.Request) -> httpx.Response:
        try:
            return await self._kept.handle_async_request(request)
        except _BROKEN_OFF as error:
            log.info("a connection ended before its answer; asking again", extra={"reason": type(error).__name__})
        return await self._new.handle_async_request(request)

    async def _read(self, request: httpx.Request) -> httpx.Response:
        tries = {asyncio.create_task(self._send_twice(request))}
        try:
            done, _ = await asyncio.wait(tries, timeout=self._patience)
            if not done:
                log.info("no answer yet; asking another replica too", extra={"seconds": self._patience})
                tries.add(asyncio.create_task(self._new.handle_async_request(request)))
            return await _first_answer(tries)
        finally:
            for attempt in tries:
                attempt.cancel()

    async def aclose(self) -> None:
        """Close all connections."""
        await self._kept.aclose()
        await self._new.aclose()


async def _first_answer(tries: set[asyncio.Task[httpx.Response]]) -> httpx.Response:
    """Return the first answer, and let go of the other; raises what the last one raises if there is none."""
    waiting = set(tries)
    while True:
        done, waiting = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        answers = [attempt.result() for attempt in done if not attempt.exception()]
        for late in answers[1:]:
            await late.aclose()
        if answers:
            return answers[0]
        if not waiting:
            return done.pop().result()


def _transport(limits: httpx.Limits) -> httpx.AsyncHTTPTransport:
    return httpx.AsyncHTTPTransport(verify=_tls(), limits=limits, retries=_CONNECT_AGAIN)


@cache
def _tls() -> ssl.SSLContext:
    """One for all, since it takes 20 ms and half a megabyte."""
    return httpx.create_ssl_context()
