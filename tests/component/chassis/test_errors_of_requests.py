"""Invalid requests are answered with problems that name each place."""

from __future__ import annotations

import json
from typing import Any

import pytest

from support.things_service import ask, things_app


@pytest.fixture(scope="module")
def app() -> Any:
    return things_app()


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
    assert answer.json()["detail"] == "from is not a valid date; write it like 2026-11-22."
