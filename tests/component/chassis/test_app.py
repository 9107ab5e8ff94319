"""The frame of a service's web application: what every service answers to good and bad requests."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest

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


@pytest.fixture(scope="module")
def app() -> Any:
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


def ask(app: Any, method: str, path: str, token: str | None = "full", **options: Any) -> Any:
    headers = {**({"Authorization": f"Bearer {token}"} if token else {}), **options.pop("headers", {})}
    return call(app, method, path, headers=headers, **options)


def test_a_word_on_the_clients_address_counts_from_a_gateway_alone(app) -> None:
    for headers in ({}, {"X-Gateway-Key": "wrong"}):
        answer = ask(app, "GET", "things", params={"from": "2026-11-22"}, headers={"X-Forwarded-For": "10.0.0.9", **headers})
        assert answer.json()["from"] == "127.0.0.1"


def test_a_handler_gets_the_caller_and_its_arguments(app) -> None:
    answer = ask(
        app, "GET", "things", params={"from": "2026-11-22"}, headers={"X-Forwarded-For": "10.0.0.9", "X-Gateway-Key": "right"}
    )
    assert (answer.status_code, answer.json(), answer.headers["etag"]) == (
        200,
        {"caller": "u1", "from": "10.0.0.9", "from_": "2026-11-22"},
        '"3"',
    )
    assert ask(app, "POST", "things", json={"name": "a"}, headers={"Idempotency-Key": "k1"}).json() == {
        "got": {"name": "a"},
        "key": "k1",
    }


def test_a_token_that_may_only_write_is_shown_nothing_of_what_it_wrote(app) -> None:
    answer = ask(app, "POST", "things", "writer", json={"name": "a"})
    assert (answer.status_code, answer.content) == (204, b"")
    assert ask(app, "POST", "files", "writer", files={"file": ("a.csv", b"1")}).content == b""
    assert ask(app, "DELETE", "things", "writer").status_code == 204


def test_every_answer_has_its_request_id_and_security_headers(app) -> None:
    for answer in (ask(app, "GET", "things"), ask(app, "GET", "nothing"), ask(app, "GET", "things", None)):
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cache-control"] == "no-store"
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert answer.headers["x-request-id"]


def test_a_request_id_is_taken_over_if_it_is_sane(app) -> None:
    assert ask(app, "GET", "things", headers={"X-Request-Id": "abc-12345"}).headers["x-request-id"] == "abc-12345"
    assert ask(app, "GET", "things", headers={"X-Request-Id": "a b\x7f"}).headers["x-request-id"] != "a b\x7f"


BAD = [
    ("no token", None, "GET", "things", {}, 401, "unauthorized"),
    ("a bad token", "bad", "GET", "things", {}, 401, "unauthorized"),
    ("a token that may only read", "reader", "POST", "things", {"json": {"name": "a"}}, 403, "forbidden"),
    ("a token that may only write", "writer", "GET", "things", {}, 403, "forbidden"),
    ("a token that may only write, asking for a file", "writer", "GET", "lines", {}, 403, "forbidden"),
    ("an unknown path", "full", "GET", "nothing", {}, 404, "not-found"),
    ("a line end in the path", "full", "GET", "things%0A", {}, 400, "invalid-request"),
    ("a wrong method", "full", "PUT", "things", {}, 405, "method-not-allowed"),
    ("an unknown query parameter", "full", "GET", "things?colour=red", {}, 400, "bad-request"),
    ("a day that never was", "full", "GET", "things?from=2015-02-30", {}, 400, "bad-request"),
    ("the year 9999", "full", "GET", "things?from=9999-01-01", {}, 400, "bad-request"),
    ("no body", "full", "POST", "things", {}, 400, "bad-request"),
    (
        "another content type",
        "full",
        "POST",
        "things",
        {"content": b"a=b", "headers": {"Content-Type": "text/plain"}},
        415,
        "unsupported-media-type",
    ),
    ("no content type", "full", "POST", "things", {"content": b'{"name": "a"}'}, 415, "unsupported-media-type"),
    (
        "a number without end",
        "full",
        "POST",
        "things",
        {"content": b'{"name": ' + b"9" * 5000 + b"}", "headers": {"Content-Type": "application/json"}},
        400,
        "invalid-request",
    ),
    (
        "broken JSON",
        "full",
        "POST",
        "things",
        {"content": b'{"name": ', "headers": {"Content-Type": "application/json"}},
        400,
        "invalid-request",
    ),
    (
        "NaN",
        "full",
        "POST",
        "things",
        {"content": b'{"name": NaN}', "headers": {"Content-Type": "application/json"}},
        400,
        "invalid-request",
    ),
    (
        "bytes that are no UTF-8",
        "full",
        "POST",
        "things",
        {"content": b'{"name": "\xff"}', "headers": {"Content-Type": "application/json"}},
        400,
        "invalid-request",
    ),
    (
        "deep nesting",
        "full",
        "POST",
        "things",
        {"content": b"[" * 60_000, "headers": {"Content-Type": "application/json"}},
        400,
        "invalid-request",
    ),
    (
        "a body that is too large",
        "full",
        "POST",
        "things",
        {"content": b" " * 1_000_001, "headers": {"Content-Type": "application/json"}},
        413,
        "body-too-large",
    ),
    ("a domain error", "full", "GET", "things?from=2020-01-01", {}, 404, "no-such-thing"),
    ("an unforeseen error", "full", "GET", "things?from=2020-01-02", {}, 500, "internal"),
]


@pytest.mark.parametrize(("what", "token", "method", "path", "options", "status", "name"), BAD, ids=[row[0] for row in BAD])
def test_every_error_is_a_problem(app, what, token, method, path, options, status, name) -> None:
    answer = ask(app, method, path, token, **dict(options))
    body = answer.json()
    assert (answer.status_code, answer.headers["content-type"], body["type"]) == (
        status,
        "application/problem+json",
        f"/problems/{name}",
    )
    assert body["status"] == status
    assert "secret" not in answer.text
    assert ("www-authenticate" in answer.headers) == (status == 401)


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, "/name"),
        ({"name": "a", "colour": 1}, "/colour"),
        ({"name": 5}, "/name"),
        ({"name": "toolong"}, "/name"),
        ({"name": "a\x00"}, "/name"),
        ({"name": "\ud800"}, "/name"),
        ({"name": "a", "day": "2015-02-30"}, "/day"),
        ({"name": "a", "at": "2015-02-03"}, "/at"),
        ({"name": "a", "id": "x"}, "/id"),
        ({"name": "a", "email": "x@"}, "/email"),
        ({"name": "a", "email": f"{'x' * 65}@example.org"}, "/email"),
        ({"name": "a", "price": {"amount": "-1", "currency": "EUR"}}, "/price/amount"),
        ({"name": "a", "price": {"amount": "1.1234567890123", "currency": "EUR"}}, "/price/amount"),
        ({"name": "a", "price": {"amount": 1.5, "currency": "EUR"}}, "/price/amount"),
    ],
)
def test_a_body_that_does_not_fit_says_where(app, body, pointer) -> None:
    answer = ask(app, "POST", "things", content=json.dumps(body), headers={"Content-Type": "application/json"})
    assert answer.status_code == 400
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]


def test_all_errors_of_a_body_are_said_at_once(app) -> None:
    answer = ask(app, "POST", "things", json={"name": "toolong", "colour": 1, "day": "x"})
    assert {error["pointer"] for error in answer.json()["errors"]} == {"/name", "/colour", "/day"}


def test_each_missing_part_is_named(app) -> None:
    answer = ask(app, "POST", "things", json={"name": "a", "price": {}})
    assert answer.json()["detail"] == "/price/amount is missing; /price/currency is missing."


def test_a_parameter_that_does_not_fit_is_named(app) -> None:
    answer = ask(app, "GET", "things?from=2015-02-30")
    assert answer.json()["detail"] == "from is not a valid date, such as 2026-11-22."


def test_a_body_may_come_in_chunks(app) -> None:
    async def chunks() -> Any:
        yield b'{"name"'
        yield b': "a"}'

    answer = ask(app, "POST", "things", content=chunks(), headers={"Content-Type": "application/json"})
    assert answer.json()["got"] == {"name": "a"}


def test_chunks_that_add_up_to_too_much_are_refused(app) -> None:
    async def chunks() -> Any:
        for _ in range(20):
            yield b" " * 100_000

    assert ask(app, "POST", "things", content=chunks(), headers={"Content-Type": "application/json"}).status_code == 413


def test_a_file_reaches_the_handler_as_a_stream(app) -> None:
    answer = ask(app, "POST", "files", files={"file": ("a.csv", b"x" * 3_000_000)}, data={"mapping": "{}"})
    assert answer.json() == {"size": 3_000_000, "filename": "a.csv", "mapping": "{}"}


def test_a_form_that_lacks_its_file_says_so(app) -> None:
    for options in ({}, {"files": {"mapping": (None, b"{}")}}, {"files": {"mapping": (None, b"{}"), "file": (None, b"text")}}):
        answer = ask(app, "POST", "files", **options)
        assert (answer.status_code, answer.json()["detail"]) == (400, "file is missing.")


def test_a_form_with_a_part_that_nobody_knows_is_refused(app) -> None:
    answer = ask(app, "POST", "files", files={"file": b"x", "bogus": b"x"})
    assert (answer.status_code, answer.json()["detail"]) == (400, "'bogus' is not a known field.")


def test_a_long_answer_is_streamed_whole(app) -> None:
    lines = ask(app, "GET", "lines").text.splitlines()
    assert (len(lines), lines[-1]) == (50_000, "line 49999")


def test_an_event_is_sent_before_there_is_another_one(app) -> None:
    sent: list[bytes] = []

    async def receive() -> Any:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        if message["type"] == "http.response.body":
            sent.append(message["body"])
            GO_ON.set()

    headers = [(b"authorization", b"Bearer full"), (b"host", b"outlay.test")]
    path = "/api/v1/news"
    scope = {
        "type": "http",
        "method": "GET",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "headers": headers,
        "http_version": "1.1",
        "scheme": "http",
        "root_path": "",
    }
    asyncio.run(app(scope, receive, send))
    assert sent == [b"event: first", b"event: second", b""]


def test_an_operation_that_only_reads_needs_no_more_than_that(app) -> None:
    assert ask(app, "POST", "questions", token="reader").json() == {"answer": 42}
    refused = ask(app, "POST", "questions", token="writer")
    assert (refused.status_code, refused.json()["detail"]) == (403, "This needs an access token with the scope read.")


def test_an_answer_without_a_body_has_none(app) -> None:
    answer = ask(app, "DELETE", "things")
    assert (answer.status_code, answer.content) == (204, b"")


def test_health_and_meters_can_be_asked_without_a_token(app) -> None:
    assert call(app, "GET", "livez", base="http://outlay.test").json() == {"status": "ok"}
    assert call(app, "GET", "readyz", base="http://outlay.test").status_code == 200
    assert 'outlay_requests_total{method="GET",route="' in call(app, "GET", "metrics", base="http://outlay.test").text


def test_a_service_that_misses_something_is_not_ready() -> None:
    def away() -> None:
        raise OSError

    parts = AppParts(
        name="things",
        spec={**SPEC, "paths": {}, "components": {}},
        handlers=None,
        verify=verify,
        statuses={},
        metrics=Metrics(),
        checks={"store": away},
    )
    answer = call(build_app(parts), "GET", "readyz", base="http://outlay.test")
    assert (answer.status_code, answer.json()["checks"]) == (503, {"store": "failing"})
