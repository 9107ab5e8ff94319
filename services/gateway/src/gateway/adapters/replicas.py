"""Connections to a service whose replicas come and go: none of them is missed by who asks."""

from __future__ import annotations

import logging
from functools import cache
from typing import TYPE_CHECKING

import httpx

if TYPE_CHECKING:
    import ssl

log = logging.getLogger("outlay.gateway")

REPEATABLE = "outlay.repeatable"
"""An extension of a request that may be sent twice: reading, or under an idempotency key, and with a body that is at hand."""

_IDLE_SECONDS = 5.0
"""Less than a service keeps a connection that nobody uses."""
_CONNECT_AGAIN = 2
"""A replica that listens no more refuses; a moment later nobody is sent to it."""
_BROKEN_OFF = (httpx.RemoteProtocolError, httpx.ReadError, httpx.WriteError)


class Replicas(httpx.AsyncBaseTransport):
    """A replica that goes may close a connection in the moment in which a request is sent on it.

    What is repeatable goes out on a connection that was kept open, and is sent once more, on a new one, if not a byte came back.
    What is not goes out on a new connection at once, since nobody knows then whether it was done.
    """

    def __init__(self) -> None:
        """Connect to nothing yet."""
        self._kept = _transport(httpx.Limits(max_connections=200, max_keepalive_connections=50, keepalive_expiry=_IDLE_SECONDS))
        self._new = _transport(httpx.Limits(max_connections=200, max_keepalive_connections=0))

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send it; raises what httpx raises."""
        if request.extensions.get(REPEATABLE):
            try:
                return await self._kept.handle_async_request(request)
            except _BROKEN_OFF as error:
                log.info("a connection ended before its answer; asking again", extra={"reason": type(error).__name__})
        return await self._new.handle_async_request(request)

    async def aclose(self) -> None:
        """Close all connections."""
        await self._kept.aclose()
        await self._new.aclose()


def _transport(limits: httpx.Limits) -> httpx.AsyncHTTPTransport:
    return httpx.AsyncHTTPTransport(verify=_tls(), limits=limits, retries=_CONNECT_AGAIN)


@cache
def _tls() -> ssl.SSLContext:
    """One for all, since it takes 20 ms and half a megabyte."""
    return httpx.create_ssl_context()
