"""A service over HTTP: bodies stream both ways, and failures become problems."""

from __future__ import annotations

import asyncio
import threading
import time
from typing import TYPE_CHECKING, Any

import httpx
import pytest
import uvicorn

from chassis.runtime.problems import UnavailableError
from gateway.token_exchange import HttpTokenExchange
from gateway.upstream import HttpUpstream
from support.asgi import call
from testing.servers.ports import free_ports

if TYPE_CHECKING:
    from collections.abc import Iterator


async def service(scope: Any, receive: Any, send: Any) -> None:
    """Answers with the body it got; fails on some paths."""
    size, more = 0, True
    while more:
        message = await receive()
        size += len(message.get("body", b""))
        more = message.get("more_body", False)
    if scope["path"] == "/breaks":
        headers = [(b"content-length", b"100")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        message = "gone"
        raise RuntimeError(message)
    status = 401 if scope["path"].endswith("/internal/tokens") else 200
    answer = f"{scope['method']} {scope['path']}?{scope['query_string'].decode()} {size}".encode()
    headers = [(b"x-service", b"yes"), (b"set-cookie", b"a=1"), (b"set-cookie", b"b=2")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": answer})


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    server = uvicorn.Server(uvicorn.Config(service, port=0, log_config=None, lifespan="off"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join()


def through(url: str) -> Any:
    """An upstream that lives for one request, as its connections belong to the test's own event loop."""

    async def app(scope: Any, receive: Any, send: Any) -> None:
        upstream = HttpUpstream(url)
        await upstream(scope, receive, send)
        await upstream.close()

    return app


def exchanged(url: str, secret: str) -> Any:
    async def once() -> Any:
        exchange = HttpTokenExchange(url, "k" * 32)
        try:
            return await exchange(secret)
        finally:
            await exchange.close()

    return asyncio.run(once())


def test_requests_and_responses_are_passed_on(url) -> None:
    answer = call(through(url), "POST", "expenses?from=2026-01-01", content=b"x" * 2_000_000)
    assert answer.text == "POST /api/v1/expenses?from=2026-01-01 2000000"
    assert (answer.headers["x-service"], answer.headers.get_list("set-cookie")) == ("yes", ["a=1", "b=2"])


def test_an_unreachable_service_is_a_503_with_retry_after() -> None:
    answer = call(through(f"http://127.0.0.1:{free_ports(1)[0]}"), "GET", "expenses")
    assert (answer.status_code, answer.headers["retry-after"], answer.json()["type"]) == (503, "5", "/problems/service-unavailable")


def test_an_unknown_secret_has_no_tokens(url) -> None:
    assert exchanged(url, "stale") is None
    with pytest.raises(UnavailableError):
        exchanged("http://127.0.0.1:9", "x")


def test_hop_by_hop_headers_are_not_passed_on(url) -> None:
    answer = call(through(url), "GET", "x", headers={"Connection": "close, x-secret"})
    assert isinstance(answer, httpx.Response)
    assert "transfer-encoding" not in answer.headers
