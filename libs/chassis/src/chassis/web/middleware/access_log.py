"""Counts and times each request, and writes a log line about it."""

from __future__ import annotations

import logging
import time
from functools import cache

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chassis.runtime.metrics import Metrics
from chassis.web.routes import OTHER, Routes, loggable_path, method_label

log = logging.getLogger("outlay.request")


class AccessLog:
    """Measures requests by operation, and logs their paths without queries, which may hold what a person searched for."""

    def __init__(self, app: ASGIApp, service: str, metrics: Metrics, routes: Routes, *, quiet: bool) -> None:
        """`quiet` only measures."""
        self._app, self._routes, self._quiet = app, routes, quiet
        # Finding a labelled metric takes longer than counting; methods, operations and statuses are few.
        self._requests = cache(lambda method, route, status: metrics.requests.labels(service, method, route, str(status)))
        self._latency = cache(lambda route: metrics.latency.labels(service, route))
        self._latency(OTHER)  # so that a gateway that has had no requests is not mistaken for one that is down

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        started, status, first_byte = time.perf_counter(), 0, 0.0

        async def watch(message: Message) -> None:
            nonlocal status, first_byte
            if message["type"] == "http.response.start":
                status = message["status"]
                if _is_endless(message):
                    first_byte = time.perf_counter() - started
            await send(message)

        try:
            await self._app(scope, receive, watch)
        finally:
            seconds = time.perf_counter() - started
            route = self._routes.of(scope["path"])
            self._requests(method_label(scope["method"]), route, status).inc()
            self._latency(route).observe(first_byte or seconds)
            if not self._quiet:
                path, milliseconds = loggable_path(scope["path"]), round(seconds * 1000, 1)
                log.info("request", extra={"method": scope["method"], "path": path, "status": status, "ms": milliseconds})


def _is_endless(message: Message) -> bool:
    return any(name == b"content-type" and value.startswith(b"text/event-stream") for name, value in message["headers"])
