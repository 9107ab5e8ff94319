"""The span of each request, with its route and outcome."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from chassis.runtime.metrics import Metrics
from chassis.runtime.tracing import Kind
from chassis.web.health import Health
from chassis.web.middleware.stack import with_middleware
from testing.fakes.spans import SpansInMemory

TRACE = "0af7651916cd43dd8448eb211c80319c"
WANTED = f"00-{TRACE}-b7ad6b7169203331-01"
USER = "0190f1d2-6f0e-7c3a-9d55-0a4d2c9b7e11"


def ask(spans: SpansInMemory, path: str, status: int = 200, **headers: str) -> None:
    """Send a request through all middlewares to an application that answers with this status: 0 is cancelled, 1 fails."""

    async def app(_scope: Any, _receive: Any, send: Any) -> None:
        if status <= 1:
            raise ConnectionError if status else asyncio.CancelledError
        await send({"type": "http.response.start", "status": status, "headers": []})

    async def receive() -> dict[str, Any]:
        return {"type": "http.request"}

    async def send(_message: Any) -> None:
        pass

    metrics = Metrics(spans=spans)
    wrapped = with_middleware(app, service="expenses", metrics=metrics, health=Health(metrics, {}), quiet=True)
    given = [(name.encode(), value.encode()) for name, value in headers.items()]
    scope = {"type": "http", "method": "GET", "path": path, "headers": given, "query_string": b"q=secret"}
    asyncio.run(wrapped(scope, receive, send))


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/api/v1/expenses", "GET /api/v1/expenses"),
        (f"/api/v1/budgets/{USER}/history", "GET /api/v1/budgets/*/history"),
        ("/api/v1/email-verifications/abcdef", "GET /api/v1/email-verifications/*"),
        ("/api/v1/openapi.json", "GET /api/v1/openapi.json"),
        ("/assets/index-B2x9.js", "GET /assets/*"),
        ("/", "GET /"),
    ],
)
def test_a_requests_route_contains_no_personal_data(path: str, name: str) -> None:
    spans = SpansInMemory()
    ask(spans, path, traceparent=WANTED)
    [span] = spans.spans
    assert (span.name, span.kind, span.service, span.failure) == (name, Kind.SERVER, "expenses", "")
    assert (span.trace_id, span.parent_id) == (TRACE, "b7ad6b7169203331")
    assert "secret" not in str(span)


@pytest.mark.parametrize(
    ("status", "name", "failure"), [(404, "GET", ""), (500, "GET /a", "500"), (503, "GET /a", "503"), (409, "GET /a", "")]
)
def test_only_server_errors_count_as_failures(status: int, name: str, failure: str) -> None:
    spans = SpansInMemory()
    ask(spans, "/a", status)
    assert [(span.name, span.failure) for span in spans.spans] == [(name, failure)]


def test_a_request_that_breaks_off_is_a_failure() -> None:
    spans = SpansInMemory()
    with pytest.raises(asyncio.CancelledError):
        ask(spans, "/a", 0)
    assert [(span.name, span.failure) for span in spans.spans] == [("GET", "broken off")]


def test_an_unexpected_error_is_answered_and_counts_as_a_failure() -> None:
    spans = SpansInMemory()
    ask(spans, "/a", 1)
    assert [(span.name, span.failure) for span in spans.spans] == [("GET /a", "500")]


@pytest.mark.parametrize(
    ("chosen", "header", "recorded"),
    [(True, "", 1), (False, "", 0), (False, WANTED, 1), (True, WANTED[:-1] + "0", 0), (True, "00-" + "0" * 32 + WANTED[35:], 1)],
)
def test_the_sender_decides_whether_a_trace_is_recorded(chosen: bool, header: str, recorded: int) -> None:
    spans = SpansInMemory(chosen=chosen)
    ask(spans, "/a", traceparent=header)
    assert len(spans.spans) == recorded
    assert all(set(span.trace_id) != {"0"} for span in spans.spans)
