"""Calls an ASGI application as a client would, without a network."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx

from outlay.in_process_client import InProcess


def call(app: Any, method: str, path: str, *, base: str = "http://outlay.test/api/v1", **options: Any) -> httpx.Response:
    """Send one request and return the answer."""

    async def send() -> httpx.Response:
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url=base) as client:
            return await client.request(method, path, **options)

    return asyncio.run(send())


def led_to(app: Any) -> InProcess:
    """Return a transport to an application, for a client that waits."""
    transport = InProcess()
    transport.connect(app)
    return transport
