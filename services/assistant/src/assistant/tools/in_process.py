"""Sends requests to an application of the same process, without a network."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx


class InProcess(httpx.BaseTransport):
    """A transport to an ASGI application, for threads that run no event loop themselves."""

    def __init__(self, app: Any) -> None:
        self._transport = httpx.ASGITransport(app, raise_app_exceptions=False)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request, and return the answer once all of it is there."""
        return asyncio.run(self._answer(request))

    async def _answer(self, request: httpx.Request) -> httpx.Response:
        sent = httpx.Request(request.method, request.url, headers=request.headers, content=request.read())
        answer = await self._transport.handle_async_request(sent)
        content = await answer.aread()
        return httpx.Response(answer.status_code, headers=answer.headers, content=content, request=request)
