"""Gives each request its id and its place in a trace, for logs, events and the next service."""

from __future__ import annotations

import re
import time
from http import HTTPStatus

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chassis.runtime import context
from chassis.runtime.tracing import Kind, Spans
from chassis.web.routes import method_label, traceable_path

_REQUEST_ID = b"x-request-id"
_SAFE_ID = re.compile(rb"[A-Za-z0-9._-]{8,64}")
_UNROUTED = frozenset({0, HTTPStatus.BAD_REQUEST, HTTPStatus.NOT_FOUND, HTTPStatus.METHOD_NOT_ALLOWED})
"""A path with such an answer may be a guess; there may be any number of them."""


class RequestTrace:
    """Continues the trace of the request's headers or starts one, and returns the request id."""

    def __init__(self, app: ASGIApp, service: str, spans: Spans) -> None:
        """`spans` is where traces go."""
        self._app, self._service, self._spans = app, service, spans

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        given = dict(scope["headers"])
        traceparent = given.get(b"traceparent", b"").decode("latin-1")
        trace = context.follow(_request_id(given), traceparent, service=self._service, spans=self._spans)
        token, started, status = context.current.set(trace), time.perf_counter(), 0

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = [header for header in message["headers"] if header[0] != _REQUEST_ID]
                message = {**message, "headers": [*headers, (_REQUEST_ID, trace.request_id.encode())]}
            await send(message)

        try:
            await self._app(scope, receive, send_with_id)
        finally:
            if trace.recorded:
                _record(trace, scope, status, since=started)
            context.current.reset(token)


def _request_id(headers: dict[bytes, bytes]) -> str:
    given = headers.get(_REQUEST_ID, b"")
    return given.decode() if _SAFE_ID.fullmatch(given) else ""


def _record(trace: context.Trace, scope: Scope, status: int, *, since: float) -> None:
    method = method_label(scope["method"])
    route = "" if status in _UNROUTED else traceable_path(scope["path"])
    attributes: dict[str, str | int | bool] = {
        "http.request.method": method,
        "http.response.status_code": status,
        "outlay.request_id": trace.request_id,
    }
    if route:
        attributes["http.route"] = route
    failure = "" if 0 < status < HTTPStatus.INTERNAL_SERVER_ERROR else str(status or "broken off")
    trace.record(f"{method} {route}".rstrip(), Kind.SERVER, since=since, attributes=attributes, failure=failure)
