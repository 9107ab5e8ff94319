"""A body is read once its sender is authorized, and validated outside the event loop."""

from __future__ import annotations

import asyncio
import threading
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from jsonschema import Draft4Validator

from chassis.runtime.metrics import Metrics
from chassis.runtime.problems import UnauthorizedError
from chassis.security.tokens import Caller
from chassis.web.app import AppParts, build_app
from chassis.web.spec import load_spec

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

ANSWERS = {"201": {"description": "ok", "content": {"application/json": {"schema": {"type": "object"}}}}}
JSON = {"application/json": {"schema": {"type": "object", "properties": {"name": {"type": "string", "format": "once-answered"}}}}}
FORM = {"multipart/form-data": {"schema": {"type": "object", "properties": {"file": {"type": "string", "format": "binary"}}}}}
SPEC: dict[str, Any] = {
    "openapi": "3.0.3",
    "info": {"title": "Things", "version": "1"},
    "servers": [{"url": "/api/v1"}],
    "security": [{"bearer": []}],
    "paths": {
        "/things": {
            "get": {"operationId": "listThings", "responses": {"200": {"description": "ok"}}},
            "post": {"operationId": "createThing", "requestBody": {"required": True, "content": JSON}, "responses": ANSWERS},
        },
        "/files": {"post": {"operationId": "createFile", "requestBody": {"content": FORM}, "responses": ANSWERS}},
    },
    "components": load_spec("gateway")["components"],
}
HANDLERS = SimpleNamespace(
    list_things=lambda request: ({}, 200, {}),
    create_thing=lambda request, *, body: ({}, 201, {}),
    create_file=lambda request, *, file: ({}, 201, {}),
)


def verify(token: str) -> dict[str, Any]:
    if token == "expired":
        raise UnauthorizedError(token)
    return Caller("u1", "s1", "token", frozenset(token.split("+")), "EUR", "UTC", "en").claims()


@pytest.fixture(scope="module")
def app() -> Any:
    return build_app(AppParts(name="things", spec=SPEC, handlers=HANDLERS, verify=verify, statuses={}, metrics=Metrics()))


def client_of(app: Any, token: str) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    return httpx.AsyncClient(
        transport=transport, base_url="http://outlay.test/api/v1", headers={"Authorization": f"Bearer {token}"}
    )


@pytest.mark.parametrize("path", ["things", "files"])
@pytest.mark.parametrize(("token", "status"), [("read", 403), ("expired", 401)])
def test_a_body_is_not_read_before_its_sender_is_known(app, token: str, status: int, path: str) -> None:
    pieces = 0

    async def body() -> AsyncIterator[bytes]:
        nonlocal pieces
        for _ in range(3):
            pieces += 1
            yield b"this would be refused as well, with 400"

    async def send() -> httpx.Response:
        kind = "application/json" if path == "things" else "multipart/form-data; boundary=x"
        async with client_of(app, token) as client:
            return await client.post(path, content=body(), headers={"Content-Type": kind})

    assert (asyncio.run(send()).status_code, pieces) == (status, 0)


def test_others_are_answered_while_a_body_is_checked(app) -> None:
    begun, answered = threading.Event(), threading.Event()

    @Draft4Validator.FORMAT_CHECKER.checks("once-answered")
    def waits(_value: object) -> bool:
        begun.set()
        return answered.wait(60)

    async def send() -> tuple[httpx.Response, httpx.Response]:
        async with client_of(app, "read+write") as client:
            creating = asyncio.create_task(client.post("things", json={"name": "slow"}))
            await asyncio.to_thread(begun.wait, 5)
            listed = await client.get("things")
            answered.set()
            return listed, await creating

    listed, created = asyncio.run(send())
    assert (listed.status_code, created.status_code) == (200, 201), created.text
