"""Connections to a service whose replicas come and go, without failed requests."""

from __future__ import annotations

import asyncio
import logging
import ssl
from functools import cache

import httpx

log = logging.getLogger("outlay.gateway")

REPEATABLE = "outlay.repeatable"
"""An extension of requests that may be sent twice: they read, or have an idempotency key, and their body is in memory."""
READING = "outlay.reading"
"""An extension of requests that change nothing, so two replicas may handle them at the same time."""

_IDLE_SECONDS = 5.0
"""Less than a service keeps an idle connection open."""
_CONNECT_RETRIES = 2
"""A replica that has stopped refuses connections until the load balancer notices."""
_BROKEN_OFF = (httpx.RemoteProtocolError, httpx.ReadError, httpx.WriteError)


class ReplicaTransport(httpx.AsyncBaseTransport):
    """Retries and hedges requests: a replica that stops may close a connection just when a request is sent on it.

    A repeatable request uses a connection that was kept open, and is sent again on a new one if it is closed before the response.
    Any other request uses a new connection, since a failure would leave open whether it was carried out.
    A reading request is also sent to a second replica if the first is slow; the first response wins.
    """

    def __init__(self, *, hedge_seconds: float) -> None:
        """Connect to nothing yet. A second replica is asked after `hedge_seconds`."""
        self._hedge_seconds = hedge_seconds
        self._kept = _transport(httpx.Limits(max_connections=200, max_keepalive_connections=50, keepalive_expiry=_IDLE_SECONDS))
        self._new = _transport(httpx.Limits(max_connections=200, max_keepalive_connections=0))

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request; raises what httpx raises."""
        if request.extensions.get(READING):
            return await self._read(request)
        if request.extensions.get(REPEATABLE):
            return await self._send_with_retry(request)
        return await self._new.handle_async_request(request)

    async def _send_with_retry(self, request: httpx.Request) -> httpx.Response:
        try:
            return await self._kept.handle_async_request(request)
        except _BROKEN_OFF as error:
            log.info("a connection closed before its response; sending the request again", extra={"reason": type(error).__name__})
        return await self._new.handle_async_request(request)

    async def _read(self, request: httpx.Request) -> httpx.Response:
        tries = {asyncio.create_task(self._send_with_retry(request))}
        try:
            done, _ = await asyncio.wait(tries, timeout=self._hedge_seconds)
            if not done:
                log.info("no response yet; asking a second replica too", extra={"seconds": self._hedge_seconds})
                tries.add(asyncio.create_task(self._new.handle_async_request(request)))
            return await _first_response(tries)
        finally:
            for attempt in tries:
                attempt.cancel()

    async def aclose(self) -> None:
        await self._kept.aclose()
        await self._new.aclose()


async def _first_response(tries: set[asyncio.Task[httpx.Response]]) -> httpx.Response:
    """Return the first response and close the other; raises the last exception if there is none."""
    waiting = set(tries)
    while True:
        done, waiting = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        responses = [attempt.result() for attempt in done if not attempt.exception()]
        for late in responses[1:]:
            await late.aclose()
        if responses:
            return responses[0]
        if not waiting:
            return done.pop().result()


def _transport(limits: httpx.Limits) -> httpx.AsyncHTTPTransport:
    return httpx.AsyncHTTPTransport(verify=_tls(), limits=limits, retries=_CONNECT_RETRIES)


@cache
def _tls() -> ssl.SSLContext:
    """Return the same context for all clients: making one takes 20 ms and half a megabyte."""
    return httpx.create_ssl_context()
