"""A small service with an operation of each kind."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

from chassis.runtime.metrics import Metrics
from chassis.runtime.problems import UnauthorizedError
from chassis.security.tokens import Caller
from chassis.web.app import AppParts, build_app
from chassis.web.request import Request, etag
from chassis.web.spec import load_spec
from support.asgi import call

SPEC = {
    "openapi": "3.0.3",
    "info": {"title": "Things", "version": "1"},
    "servers": [{"url": "/api/v1"}],
    "security": [{"bearer": []}],
    "paths": {
        "/things": {
            "get": {
                "operationId": "listThings",
                "parameters": [{"name": "from", "in": "query", "schema": {"$ref": "#/components/schemas/Day"}}],
                "responses": {"200": {"description": "ok", "content": {"application/json": {"schema": {"type": "object"}}}}},
            },
            "post": {
                "operationId": "createThing",
                "requestBody": {
                    "required": True,
                    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/NewThing"}}},
                },
                "responses": {"201": {"description": "ok", "content": {"application/json": {"schema": {"type": "object"}}}}},
            },
            "delete": {"operationId": "removeThings", "responses": {"204": {"description": "gone"}}},
        },
        "/files": {
            "post": {
                "operationId": "createFile",
                "requestBody": {
                    "content": {
                        "multipart/form-data": {
                            "schema": {
                                "type": "object",
                                "properties": {"file": {"type": "string", "format": "binary"}, "mapping": {"type": "string"}},
                            }
                        }
                    }
                },
                "responses": {"201": {"description": "ok", "content": {"application/json": {"schema": {"type": "object"}}}}},
            }
        },
        "/questions": {
            "post": {
                "operationId": "askThings",
                "x-scope": "read",
                "responses": {"200": {"description": "ok", "content": {"application/json": {"schema": {"type": "object"}}}}},
            }
        },
        "/news": {
            "get": {
                "operationId": "listNews",
                "responses": {"200": {"description": "ok", "content": {"text/event-stream": {"schema": {"type": "string"}}}}},
            }
        },
        "/lines": {
            "get": {
                "operationId": "listLines",
                "responses": {"200": {"description": "ok", "content": {"text/csv": {"schema": {"type": "string"}}}}},
            }
        },
    },
    "components": {
        "schemas": {
            "NewThing": {
                "type": "object",
                "additionalProperties": False,
                "required": ["name"],
                "properties": {
                    "name": {"type": "string", "maxLength": 5},
                    "day": {"$ref": "#/components/schemas/Day"},
                    "at": {"$ref": "#/components/schemas/Instant"},
                    "id": {"$ref": "#/components/schemas/Id"},
                    "email": {"type": "string", "format": "email"},
                    "price": {"$ref": "#/components/schemas/PositiveMoney"},
                },
            }
        }
    },
}


class NoSuchThingError(Exception):
    """No such thing."""


def caller(scopes: str = "read write") -> dict[str, Any]:
    return Caller("u1", "s1", "session", frozenset(scopes.split()), "EUR", "UTC", "en").claims()


def verify(token: str) -> dict[str, Any]:
    scopes = {"full": "read write", "reader": "read", "writer": "write"}
    if token not in scopes:
        message = "expired"
        raise UnauthorizedError(message)
    return caller(scopes[token])


def create_file(request: Request, *, file: Any, body: Any) -> Any:
    size = sum(len(part) for part in iter(lambda: file.stream.read(65536), b""))
    return {"size": size, "filename": file.filename, "mapping": body.get("mapping")}, 201, {}


def list_things(request: Request, **arguments: Any) -> Any:
    if arguments.get("from_") == "2020-01-01":
        message = "It was here yesterday."
        raise NoSuchThingError(message)
    if arguments.get("from_") == "2020-01-02":
        message = "secret detail"
        raise RuntimeError(message)
    return {"caller": request.caller.user_id, "from": request.client_address, **arguments}, 200, etag(3)


GO_ON = threading.Event()


def news() -> Iterator[bytes]:
    yield b"event: first"
    assert GO_ON.wait(60)
    yield b"event: second"


HANDLERS = SimpleNamespace(
    list_things=list_things,
    create_thing=lambda request, *, body: ({"got": body, "key": request.idempotency_key}, 201, {}),
    remove_things=lambda request: (None, 204, {}),
    create_file=create_file,
    ask_things=lambda request: ({"answer": 42}, 200, {}),
    list_news=lambda request: (news(), 200, {"Content-Type": "text/event-stream"}),
    list_lines=lambda request: ((f"line {n}\n".encode() for n in range(50_000)), 200, {"Content-Type": "text/csv"}),
)


def ask(app: Any, method: str, path: str, token: str | None = "full", **options: Any) -> Any:
    headers = {**({"Authorization": f"Bearer {token}"} if token else {}), **options.pop("headers", {})}
    return call(app, method, path, headers=headers, **options)


def things_app() -> Any:
    """Build its web application."""
    spec = json.loads(json.dumps(SPEC))
    for kind, entries in load_spec("gateway")["components"].items():
        spec["components"].setdefault(kind, {}).update(entries)
    statuses = {NoSuchThingError: 404}
    return build_app(
        AppParts(
            name="things",
            spec=spec,
            handlers=HANDLERS,
            verify=verify,
            statuses=statuses,
            sent_by_gateway=lambda headers: headers.get("X-Gateway-Key") == "right",
            metrics=Metrics(),
        )
    )
