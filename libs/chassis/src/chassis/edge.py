"""The outermost layer of every service: request id and trace, body limits, security headers, a log line and the meters."""

from __future__ import annotations

import json
import logging
import re
import time
from functools import cache
from typing import TYPE_CHECKING, Any

from chassis import context
from chassis.limits import BodyLimits
from chassis.problems import PROBLEM_JSON, BodyTooLargeError, InvalidRequestError, body_of
from chassis.traces import Kind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from chassis.health import Health
    from chassis.metrics import Metrics

_CONTROL = re.compile("[\x00-\x1f\x7f]")
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_ROUTE_PART = re.compile(r"|v[0-9]|[a-z]{1,20}(-[a-z]{1,20}){0,2}(\.json)?")
_UNROUTED = frozenset({0, 400, 404, 405})
"""A path with such an answer is somebody's guess; there may be any number of them."""
_SAFE_ID = re.compile(rb"[A-Za-z0-9._-]{8,64}")
_HEADERS = {
    b"x-content-type-options": b"nosniff",
    b"referrer-policy": b"no-referrer",
    b"cache-control": b"no-store",
    b"content-security-policy": b"default-src 'none'; frame-ancestors 'none'",
}

log = logging.getLogger("outlay.request")


class Edge:
    """An ASGI application around another one."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        service: str,
        metrics: Metrics,
        health: Health,
        headers: Mapping[bytes, bytes] = _HEADERS,
        limits: BodyLimits | None = None,
        quiet: bool = False,
    ) -> None:
        """Wrap `app`. `quiet` writes no log line, for a service inside a process whose gateway writes one."""
        self._app, self._service, self._metrics, self._health = app, service, metrics, health
        self._headers, self._limits, self._quiet = headers, limits or BodyLimits(), quiet
        self._spans = metrics.spans
        self._latency = metrics.latency.labels(service)
        # Finding a labelled meter takes longer than counting; methods and statuses are few.
        self._counted = cache(lambda method, status: metrics.requests.labels(service, method, str(status)))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, or pass on what is no request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        answer = await self._health.answer(scope["path"]) if scope["method"] == "GET" else None
        if answer is not None:
            await _send_whole(send, *answer)
            return
        await self._serve(scope, receive, send)

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        given = dict(scope["headers"])
        traceparent = given.get(b"traceparent", b"").decode("latin-1")
        trace = context.follow(_request_id(given), traceparent, service=self._service, spans=self._spans)
        token = context.current.set(trace)
        started = time.perf_counter()
        seen: dict[str, Any] = {"status": 0, "began": None}

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                seen["status"] = message["status"]
                if any(name == b"content-type" and value.startswith(b"text/event-stream") for name, value in message["headers"]):
                    seen["began"] = time.perf_counter() - started  # such an answer has no end
                message = {**message, "headers": self._add(message["headers"], trace.request_id)}
            await send(message)

        try:
            # Routers disagree on line ends in a path, and what one lets through unchecked the other may serve.
            if _CONTROL.search(scope["path"]):
                message = "The path has a control character."
                raise InvalidRequestError(message)
            limited = _Limited(scope, receive, given, self._limits)
            await self._app(*await limited.prepare(), send_with_headers)
        except (BodyTooLargeError, InvalidRequestError) as error:
            if seen["status"]:
                raise
            status, body, _headers = body_of(error, {}, trace.request_id)
            await _send_whole(send_with_headers, status, json.dumps(body).encode(), PROBLEM_JSON)
        finally:
            if trace.recorded:
                _record(trace, scope, seen["status"], since=started)
            self._account(scope, seen["status"], time.perf_counter() - started, began=seen["began"])
            context.current.reset(token)

    def _add(self, headers: list[tuple[bytes, bytes]], request_id: str) -> list[tuple[bytes, bytes]]:
        present = {name.lower() for name, _ in headers}
        added = [(name, value) for name, value in self._headers.items() if name not in present]
        if b"x-request-id" not in present:
            added.append((b"x-request-id", request_id.encode()))
        return [*headers, *added]

    def _account(self, scope: Scope, status: int, seconds: float, *, began: float | None) -> None:
        method = scope["method"] if scope["method"] in _METHODS else "other"
        self._counted(method, status).inc()
        self._latency.observe(seconds if began is None else began)
        if not self._quiet:
            # The path alone: a query may hold what somebody searched for.
            fields = {"method": scope["method"], "path": _loggable(scope["path"]), "status": status, "ms": round(seconds * 1000, 1)}
            log.info("request", extra=fields)


def _record(trace: context.Trace, scope: Scope, status: int, *, since: float) -> None:
    method = scope["method"] if scope["method"] in _METHODS else "other"
    route = "" if status in _UNROUTED else _route(scope["path"])
    attributes = {"http.request.method": method, "http.response.status_code": status, "outlay.request_id": trace.request_id}
    if route:
        attributes["http.route"] = route
    failure = str(status) if status >= 500 else "" if status else "broken off"  # noqa: PLR2004
    trace.record(f"{method} {route}".rstrip(), Kind.SERVER, since=since, attributes=attributes, failure=failure)


def _route(path: str) -> str:
    """Return the path with a star for each id, secret or name of a file in it: what is left tells nothing about anybody."""
    return "/".join(part if _ROUTE_PART.fullmatch(part) else "*" for part in _loggable(path).split("/"))


def _loggable(path: str) -> str:
    """Leave out the secret of a mailed link."""
    return re.sub(r"(/password-resets/|/email-verifications/|/unsubscribe/).+", r"\1...", path)


def _request_id(headers: dict[bytes, bytes]) -> str:
    given = headers.get(b"x-request-id", b"")
    return given.decode() if _SAFE_ID.fullmatch(given) else ""


class _Limited:
    """A request whose body cannot grow past its limit."""

    def __init__(self, scope: Scope, receive: Receive, headers: dict[bytes, bytes], limits: BodyLimits) -> None:
        self._scope, self._receive, self._headers = scope, receive, headers
        kind = headers.get(b"content-type", b"")
        self._upload = kind.lower().startswith(b"multipart/")
        self._limit = limits.of(scope["method"], scope["path"], kind)

    async def prepare(self) -> tuple[Scope, Receive]:
        """Return the scope and receive to go on with; raises BodyTooLargeError."""
        self._limit.expect(self._headers.get(b"content-length", b""))
        if b"transfer-encoding" in self._headers and not self._upload:
            return await self._buffer()
        return self._scope, self._count

    async def _buffer(self) -> tuple[Scope, Receive]:
        # Connexion takes a request without content-length for one without a body.
        body, more = b"", True
        while more:
            message = await self._count()
            body += message.get("body", b"")
            more = message.get("more_body", False)
        kept = [(n, v) for n, v in self._scope["headers"] if n != b"transfer-encoding"]
        scope = {**self._scope, "headers": [*kept, (b"content-length", str(len(body)).encode())]}
        messages = iter([{"type": "http.request", "body": body, "more_body": False}])

        async def receive() -> Message:
            return next(messages, None) or await self._receive()

        return scope, receive

    async def _count(self) -> Message:
        message = await self._receive()
        self._limit.take(len(message.get("body", b"")))
        return message


async def _send_whole(send: Send, status: int, body: bytes, content_type: str) -> None:
    headers = [(b"content-type", content_type.encode()), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
