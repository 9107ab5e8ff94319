"""The middlewares of every application: security headers, limits, and log lines that cannot be forged."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

import pytest

from chassis.runtime.metrics import Metrics
from chassis.web.health import Health
from chassis.web.middleware.body_limits import JSON_LIMIT
from chassis.web.middleware.stack import with_middleware
from support.asgi import call

if TYPE_CHECKING:
    from starlette.types import ASGIApp


async def app(scope: Any, _receive: Any, send: Any) -> None:
    if scope["path"] == "/error":
        raise RuntimeError("a secret")
    await send({"type": "http.response.start", "status": 404 if scope["path"] == "/nothing" else 200, "headers": []})
    await send({"type": "http.response.body", "body": b""})


@pytest.fixture
def wrapped() -> ASGIApp:
    metrics = Metrics()
    return with_middleware(app, service="things", metrics=metrics, health=Health(metrics, {}))


@pytest.mark.parametrize(
    ("path", "status"),
    [("", 200), ("nothing", 404), ("error", 500), ("a%00b", 400), ("livez", 200), ("readyz", 200), ("metrics", 200)],
)
def test_every_answer_has_the_security_headers(wrapped: ASGIApp, path: str, status: int) -> None:
    answer = call(wrapped, "GET", path, base="http://outlay.test")
    assert answer.status_code == status
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'"


def test_a_body_that_is_too_large_is_refused_with_them_too(wrapped: ASGIApp) -> None:
    answer = call(wrapped, "POST", "", base="http://outlay.test", content=b"x" * (JSON_LIMIT + 1))
    assert (answer.status_code, answer.headers["x-content-type-options"]) == (413, "nosniff")


def test_an_unexpected_error_is_a_problem_without_details(wrapped: ASGIApp) -> None:
    answer = call(wrapped, "GET", "error", base="http://outlay.test")
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["title"] == "Internal server error"
    assert "secret" not in answer.text


def test_without_health_checks_only_liveness_is_reported() -> None:
    wrapped = with_middleware(app, service="gateway", metrics=Metrics())
    assert call(wrapped, "GET", "livez", base="http://outlay.test").json() == {"status": "ok"}
    assert call(wrapped, "GET", "metrics", base="http://outlay.test").content == b""


@pytest.mark.parametrize(
    ("path", "logged"),
    [
        ("/" + "a" * 5000, "/" + "a" * 199 + "..."),
        ("/password-resets/" + "s" * 5000, "/password-resets/..."),
        ("/caf%C3%A9", "/café"),
        ("/a%E2%80%A8b%C2%9Bc%E2%80%AEd", r"/a\u2028b\x9bc\u202ed"),
    ],
    ids=["long", "secret", "plain", "unprintable"],
)
def test_a_logged_path_is_short_and_printable(wrapped: ASGIApp, path: str, logged: str, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "outlay.request"):
        call(wrapped, "GET", path, base="http://outlay.test")
    assert [record.path for record in caplog.records] == [logged]  # type: ignore[attr-defined]
