"""The web application of every service: arguments, headers, uploads, streams and health checks."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from chassis.runtime.metrics import Metrics
from chassis.web.app import AppParts, build_app
from support.asgi import call
from support.things_service import GO_ON, SPEC, ask, things_app, verify


@pytest.fixture(scope="module")
def app() -> Any:
    return things_app()


def test_only_a_gateway_is_believed_about_the_clients_address(app) -> None:
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


def test_a_valid_request_id_is_kept(app) -> None:
    assert ask(app, "GET", "things", headers={"X-Request-Id": "abc-12345"}).headers["x-request-id"] == "abc-12345"
    assert ask(app, "GET", "things", headers={"X-Request-Id": "a b\x7f"}).headers["x-request-id"] != "a b\x7f"


def test_a_body_may_come_in_chunks(app) -> None:
    async def chunks() -> Any:
        yield b'{"name"'
        yield b': "a"}'

    answer = ask(app, "POST", "things", content=chunks(), headers={"Content-Type": "application/json"})
    assert answer.json()["got"] == {"name": "a"}


def test_chunks_over_the_limit_are_refused(app) -> None:
    async def chunks() -> Any:
        for _ in range(20):
            yield b" " * 100_000

    assert ask(app, "POST", "things", content=chunks(), headers={"Content-Type": "application/json"}).status_code == 413


def test_a_file_reaches_the_handler_as_a_stream(app) -> None:
    answer = ask(app, "POST", "files", files={"file": ("a.csv", b"x" * 3_000_000)}, data={"mapping": "{}"})
    assert answer.json() == {"size": 3_000_000, "filename": "a.csv", "mapping": "{}"}


def test_a_form_without_its_file_is_refused(app) -> None:
    for options in ({}, {"files": {"mapping": (None, b"{}")}}, {"files": {"mapping": (None, b"{}"), "file": (None, b"text")}}):
        answer = ask(app, "POST", "files", **options)
        assert (answer.status_code, answer.json()["detail"]) == (400, "file is missing.")


def test_a_form_with_an_unknown_part_is_refused(app) -> None:
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


def test_health_and_metrics_need_no_token(app) -> None:
    assert call(app, "GET", "livez", base="http://outlay.test").json() == {"status": "ok"}
    assert call(app, "GET", "readyz", base="http://outlay.test").status_code == 200
    assert 'outlay_requests_total{method="GET",route="' in call(app, "GET", "metrics", base="http://outlay.test").text


def test_a_service_without_its_store_is_not_ready() -> None:
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
