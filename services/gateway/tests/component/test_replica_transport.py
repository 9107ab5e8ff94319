"""Stopping replicas close kept connections: requests that may be sent twice are, no others."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import httpx
import jwt
import pytest

from chassis.web.spec import load_spec
from gateway.idempotency import accepts_idempotency_key
from gateway.token_exchange import HttpTokenExchange
from gateway.upstream import HttpUpstream

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
async def gateway(replica: Replica | Slow, **options: Any) -> AsyncIterator[httpx.AsyncClient]:
    server = await asyncio.start_server(replica.take, "127.0.0.1", 0)
    upstream = HttpUpstream(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", **options)
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


def test_a_read_is_retried_on_a_new_connection() -> None:
    assert asked(("GET", {}), ("GET", {})) == ([200, 200], [(1, b""), (1, b""), (2, b"")])


def test_a_write_with_a_key_is_retried_with_its_body() -> None:
    statuses, seen = asked(("GET", {}), ("POST", {**KEY, "content": b"one coffee"}))
    assert (statuses, seen) == ([200, 200], [(1, b""), (1, b"one coffee"), (2, b"one coffee")])


@pytest.mark.parametrize("method", ["POST", "PATCH", "DELETE"])
def test_other_writes_are_sent_once_on_a_new_connection(method: str) -> None:
    statuses, seen = asked(("GET", {}), (method, {"content": b"x"}), (method, {"content": b"x"}))
    assert (statuses, seen) == ([200] * 3, [(1, b""), (2, b"x"), (3, b"x")])


def test_a_large_body_is_streamed_once_even_with_a_key() -> None:
    statuses, seen = asked(("GET", {}), ("POST", {**KEY, "content": b"x" * 100_000}))
    assert (statuses, [(number, len(body)) for number, body in seen]) == ([200, 200], [(1, 0), (2, 100_000)])


class Slow:
    """The first replica takes a request and never answers; every other connection leads to one that does at once."""

    def __init__(self, body: bytes = b"ok") -> None:
        self.seen: list[str] = []
        self._body, self._tasks = body, list[asyncio.Task[None] | None]()

    async def over(self) -> None:
        await asyncio.gather(*(task for task in self._tasks if task))

    async def take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._tasks.append(asyncio.current_task())
        head = await reader.readuntil(b"\r\n\r\n")
        self.seen.append(head.split()[0].decode())
        if len(self.seen) == 1:
            await reader.read()  # the body, and then until it is hung up
        else:
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%b" % (len(self._body), self._body))
            await writer.drain()
        writer.close()
        await writer.wait_closed()


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_slow_read_is_sent_to_a_second_replica(method: str) -> None:
    replicas = Slow(b"" if method == "HEAD" else b"ok")

    async def ask() -> int:
        async with gateway(replicas, hedge_seconds=0.05) as client:
            return (await client.request(method, "/x")).status_code

    assert asyncio.run(ask()) == 200
    assert replicas.seen == [method, method]


@pytest.mark.parametrize("method", ["POST", "PATCH", "DELETE"])
def test_a_slow_write_is_not_sent_to_a_second_replica(method: str) -> None:
    replicas = Slow()

    async def ask() -> None:
        async with gateway(replicas, hedge_seconds=0.01) as client:
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(client.request(method, "/x", **KEY, content=b"x"), timeout=0.5)

    asyncio.run(ask())
    assert replicas.seen == [method]


def test_a_slow_replica_of_auth_delays_no_request() -> None:
    token = jwt.encode({"sub": "u1", "exp": 4_000_000_000, "scope": "read"}, "a-secret-that-is-long-enough-for-hs256")
    replicas = Slow(b'{"token": "%b"}' % token.encode())

    async def ask() -> str:
        server = await asyncio.start_server(replicas.take, "127.0.0.1", 0)
        exchange = HttpTokenExchange(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", "k" * 32)
        async with server:
            found = await exchange("a secret")
            await exchange.close()
            await replicas.over()
        assert found is not None
        return found.token_for("auth")

    assert asyncio.run(ask()) == token
    assert replicas.seen == ["POST", "POST"]


def test_a_key_counts_only_for_operations_that_accept_one() -> None:
    taken = accepts_idempotency_key(load_spec("expenses"))
    assert taken("POST", "/api/v1/expenses")
    assert not taken("PATCH", "/api/v1/expenses/1")
    assert not accepts_idempotency_key(load_spec("auth"))("POST", "/api/v1/users")
    closing = Replica()

    async def ask() -> list[int]:
        async with gateway(closing, accepts_idempotency_key=accepts_idempotency_key(load_spec("auth"))) as client:
            return [(await client.get("/x")).status_code, (await client.post("/api/v1/users", **KEY, content=b"x")).status_code]

    assert asyncio.run(ask()) == [200, 200]
    assert [number for number, _ in closing.seen] == [1, 2], "on a connection of its own, once"
