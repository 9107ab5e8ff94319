"""The client of the public API handles errors and malformed answers."""

from __future__ import annotations

import json
import socket
from contextlib import closing
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from assistant.tools.client import PublicApi, RefusedError, new_client
from assistant.tools.model import ToolError
from chassis.runtime import context
from support.asgi import led_to

if TYPE_CHECKING:
    from collections.abc import Iterator

URL = "http://outlay.test"


class Gateway:
    """Answers everything alike, and remembers what it was asked."""

    def __init__(self, status: int, body: bytes) -> None:
        self.status, self.body = status, body
        self.headers: dict[str, str] = {}
        self.asked = 0

    async def __call__(self, scope: Any, _receive: Any, send: Any) -> None:
        self.asked += 1
        self.headers = {name.decode(): value.decode() for name, value in scope["headers"]}
        await send({"type": "http.response.start", "status": self.status, "headers": []})
        await send({"type": "http.response.body", "body": self.body})


def api(gateway: Gateway) -> PublicApi:
    return PublicApi(new_client(URL, led_to(gateway)), "outlay_dlg_x", {"X-Forwarded-For": "192.0.2.7"})


def problem(status: int, **more: Any) -> Gateway:
    return Gateway(status, json.dumps({"type": "/problems/some-thing", "title": "Some thing", "status": status, **more}).encode())


@pytest.mark.parametrize("status", [400, 404, 409, 412, 422])
def test_a_problem_keeps_the_message_of_the_api(status):
    with pytest.raises(RefusedError, match=r"^Change that; is too large$") as refused:
        api(problem(status, detail="Change that", errors=[{"pointer": "/amount", "message": "is too large"}])).read("/expenses")
    assert (refused.value.status, refused.value.code, refused.value.lasting) == (status, "some-thing", True)


@pytest.mark.parametrize("status", [429, 502, 503, 504])
def test_a_temporary_problem_can_be_retried(status):
    with pytest.raises(RefusedError) as refused:
        api(problem(status)).read("/expenses")
    assert not refused.value.lasting


@pytest.mark.parametrize(("status", "said"), [(401, "Sign in again"), (403, "does not allow this"), (429, "Too many")])
def test_refusals_are_explained_in_plain_words(status, said):
    with pytest.raises(RefusedError, match=said):
        api(problem(status, detail="token_expired")).read("/expenses")


@pytest.mark.parametrize("body", [b"", b"<html>", b'{"items": [', b"\xff\xfe", b"[]", b"null", b'"x"'])
@pytest.mark.parametrize("status", [200, 500, 302])
def test_a_malformed_answer_is_an_error(status, body):
    gateway = Gateway(status, body)
    with pytest.raises(ToolError):
        api(gateway).read("/expenses")
    assert gateway.asked == 1


def test_the_credential_and_headers_are_sent_with_each_request():
    gateway = Gateway(200, b"{}")
    api(gateway).read("/categories")
    assert (gateway.headers["authorization"], gateway.headers["x-forwarded-for"]) == ("Bearer outlay_dlg_x", "192.0.2.7")


def test_a_request_belongs_to_the_trace_of_the_message():
    gateway = Gateway(200, b"{}")
    token = context.current.set(trace := context.follow("message-7", ""))
    try:
        api(gateway).read("/categories")
    finally:
        context.current.reset(token)
    assert (gateway.headers["x-request-id"], gateway.headers["traceparent"]) == ("message-7", trace.traceparent)


@pytest.fixture
def silent() -> Iterator[str]:
    """A server that takes connections and says nothing."""
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        yield f"http://127.0.0.1:{server.getsockname()[1]}"


def test_a_silent_api_times_out(silent):
    with httpx.Client(base_url=silent, timeout=0.2) as client, pytest.raises(ToolError, match="too long") as refused:
        PublicApi(client, "x").read("/expenses")
    assert not refused.value.lasting


def test_an_unreachable_api_is_unavailable():
    with closing(socket.create_server(("127.0.0.1", 0))) as gone:
        address = f"http://127.0.0.1:{gone.getsockname()[1]}"
    with new_client(address) as client, pytest.raises(ToolError, match="is unavailable") as refused:
        PublicApi(client, "x").read("/expenses")
    assert not refused.value.lasting
