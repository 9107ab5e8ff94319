"""How the latency of a request is measured."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from chassis.runtime.metrics import Metrics
from chassis.web.health import Health
from chassis.web.middleware.stack import with_middleware

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.types import Receive, Scope, Send

SLOW_SECONDS = 0.3


def answering(kind: bytes) -> Callable[..., Any]:
    async def app(_scope: Scope, _receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", kind)]})
        await asyncio.sleep(SLOW_SECONDS)
        await send({"type": "http.response.body", "body": b""})

    return app


@pytest.mark.parametrize(("kind", "counts"), [(b"application/json", True), (b"text/event-stream; charset=utf-8", False)])
def test_a_live_stream_counts_until_it_starts_others_until_they_end(kind: bytes, counts: bool) -> None:
    metrics = Metrics()
    wrapped = with_middleware(answering(kind), service="gateway", metrics=metrics, health=Health(metrics, {}))
    scope = {"type": "http", "method": "GET", "path": "/api/v1/events", "headers": []}

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(_message: object) -> None:
        return

    asyncio.run(wrapped(scope, receive, send))
    [total] = [sample.value for metric in metrics.latency.collect() for sample in metric.samples if sample.name.endswith("_sum")]
    assert (total > SLOW_SECONDS / 2) is counts
