"""A replica that goes closes the connections that were kept open: what may be sent twice is, and nothing else."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from gateway.adapters.http import HttpUpstream

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

_ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


class Replica:
    """Answers the first request on each connection, and closes it at the second one without a word: its time has come."""

    def __init__(self) -> None:
        self.seen: list[tuple[int, bytes]] = []
        """Number of the connection, and body, of each request that came."""
        self._connections = 0
        self._tasks: list[asyncio.Task[None] | None] = []

    async def over(self) -> None:
        await asyncio.gather(*(task for task in self._tasks if task))

    async def take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._tasks.append(asyncio.current_task())
        self._connections += 1
        number = self._connections
        for answers in (True, False):
            try:
                head = await reader.readuntil(b"\r\n\r\n")
            except asyncio.IncompleteReadError:
                break
            length = next(
                (int(line.split(b":")[1]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length")), 0
            )
            self.seen.append((number, await reader.readexactly(length)))
            if answers:
                writer.write(_ANSWER)
                await writer.drain()
        writer.close()
        await writer.wait_closed()


@asynccontextmanager
async def gateway(replica: Replica) -> AsyncIterator[httpx.AsyncClient]:
    server = await asyncio.start_server(replica.take, "127.0.0.1", 0)
    upstream = HttpUpstream(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}")
    transport = httpx.ASGITransport(upstream)
    async with server, httpx.AsyncClient(transport=transport, base_url="http://outlay.test") as client:
        yield client
        await upstream.close()
        await replica.over()


def asked(*requests: tuple[str, dict[str, Any]]) -> tuple[list[int], list[tuple[int, bytes]]]:
    """Return the statuses of requests one after another, and what the replica saw."""
    replica = Replica()

    async def ask() -> list[int]:
        async with gateway(replica) as client:
            return [(await client.request(method, "/x", **options)).status_code for method, options in requests]

    return asyncio.run(ask()), replica.seen


KEY = {"headers": {"Idempotency-Key": "k1"}}


def test_reading_is_asked_again_on_a_new_connection() -> None:
    assert asked(("GET", {}), ("GET", {})) == ([200, 200], [(1, b""), (1, b""), (2, b"")])


def test_what_is_made_under_a_key_is_sent_again_with_its_body() -> None:
    statuses, seen = asked(("GET", {}), ("POST", {**KEY, "content": b"one coffee"}))
    assert (statuses, seen) == ([200, 200], [(1, b""), (1, b"one coffee"), (2, b"one coffee")])


@pytest.mark.parametrize("method", ["POST", "PATCH", "DELETE"])
def test_what_might_be_done_twice_goes_out_once_on_a_connection_of_its_own(method: str) -> None:
    statuses, seen = asked(("GET", {}), (method, {"content": b"x"}), (method, {"content": b"x"}))
    assert (statuses, seen) == ([200] * 3, [(1, b""), (2, b"x"), (3, b"x")])


def test_a_large_body_passes_through_on_a_connection_of_its_own_even_under_a_key() -> None:
    statuses, seen = asked(("GET", {}), ("POST", {**KEY, "content": b"x" * 100_000}))
    assert (statuses, [(number, len(body)) for number, body in seen]) == ([200, 200], [(1, 0), (2, 100_000)])
