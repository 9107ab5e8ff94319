"""Requests within a process run on an event loop of their own, so a waiting thread never blocks its answer."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from outlay.in_process_client import InProcess

if TYPE_CHECKING:
    from collections.abc import Iterator

GO_ON = threading.Event()


async def app(scope: Any, receive: Any, send: Any) -> None:
    if scope["path"] == "/never":
        await asyncio.sleep(60)
    if scope["path"] == "/thread":
        await asyncio.to_thread(GO_ON.wait, 60)
    if scope["path"] == "/broken":
        raise RuntimeError
    body = (await receive())["body"]
    await send({"type": "http.response.start", "status": 201, "headers": [(b"x-path", scope["path"].encode())]})
    await send({"type": "http.response.body", "body": body, "more_body": True})
    await send({"type": "http.response.body", "body": b"!"})


@pytest.fixture
def client() -> Iterator[httpx.Client]:
    transport = InProcess(seconds=0.5)
    transport.connect(app)
    with httpx.Client(transport=transport, base_url="https://outlay.test") as made:
        yield made


def test_a_request_reaches_the_application_and_its_answer_the_caller(client) -> None:
    answer = client.post("/things", content=b"hello")
    assert (answer.status_code, answer.headers["x-path"], answer.text) == (201, "/things", "hello!")


def test_many_threads_may_wait_at_once() -> None:
    transport = InProcess()
    transport.connect(app)
    with httpx.Client(transport=transport, base_url="https://outlay.test") as client, ThreadPoolExecutor(50) as pool:
        GO_ON.clear()
        waiting = [pool.submit(client.get, "/thread") for _ in range(49)]
        assert pool.submit(client.get, "/things").result(30).status_code == 201
        GO_ON.set()
        assert {each.result(60).status_code for each in waiting} == {201}


def test_a_request_without_an_answer_times_out(client) -> None:
    with pytest.raises(httpx.ReadTimeout):
        client.get("/never")
    assert client.get("/things").status_code == 201


def test_an_error_of_the_application_is_an_answer_too(client) -> None:
    assert client.get("/broken").status_code == 500


def test_before_there_is_an_application_the_connection_fails() -> None:
    with httpx.Client(transport=InProcess(), base_url="https://outlay.test") as client, pytest.raises(httpx.ConnectError):
        client.get("/things")
