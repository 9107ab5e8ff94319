"""The outermost layer of every service: request id and trace, body limits, security headers, a log line and the meters."""

from __future__ import annotations

import json
import logging
import re
import time
from functools import cache
from typing import TYPE_CHECKING, Any

from chassis.runtime import context
from chassis.runtime.problems import PROBLEM_JSON, BodyTooLargeError, InvalidRequestError, body_of
from chassis.runtime.tracing import Kind
from chassis.web.body_limits import BodyLimits
from chassis.web.health import LIVE
from chassis.web.routes import OTHER, Routes
from chassis.web.security_headers import SECURITY_HEADERS, with_security_headers

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from chassis.runtime.metrics import Metrics
    from chassis.web.health import Health, PublicStatus

_CONTROL = re.compile("[\x00-\x1f\x7f]")
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_ROUTE_PART = re.compile(r"|v[0-9]|[a-z]{1,20}(-[a-z]{1,20}){0,2}(\.json)?")
_UNROUTED = frozenset({0, 400, 404, 405})
"""A path with such an answer is somebody's guess; there may be any number of them."""
_LOGGED_PATH = 200
"""Characters of a path that are logged: no path of ours is longer."""
_SAFE_ID = re.compile(rb"[A-Za-z0-9._-]{8,64}")

log = logging.getLogger("outlay.request")


class Edge:
    """An ASGI application around another one."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        service: str,
        metrics: Metrics,
        health: Health | PublicStatus | None = None,
        headers: Mapping[bytes, bytes] = SECURITY_HEADERS,
        limits: BodyLimits | None = None,
        quiet: bool = False,
        routes: Routes | None = None,
    ) -> None:
        """Wrap `app`. `quiet` writes no log line, for a service inside a process whose gateway writes one.

        `routes` name the operations for the meters.

        `health` answers the paths at which it is asked how it is; without it, /livez is all that it tells about itself.
        """
        self._app, self._service, self._metrics, self._health = app, service, metrics, health
        self._headers, self._limits, self._quiet = headers, limits or BodyLimits(), quiet
        self._spans = metrics.spans
        self._routes = routes or Routes()
        # Finding a labelled meter takes longer than counting; methods, operations and statuses are few.
        self._counted = cache(lambda method, route, status: metrics.requests.labels(service, method, route, str(status)))
        self._latency = cache(lambda route: metrics.latency.labels(service, route))
        self._latency(OTHER)  # so that a gateway without requests so far is not mistaken for one that is down

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, or pass on what is no request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        answer = await self._health_of(scope["path"]) if scope["method"] == "GET" else None
        if answer is not None:
            await _send_whole(send, *answer, self._headers)
            return
        await self._serve(scope, receive, send)

    async def _health_of(self, path: str) -> tuple[int, bytes, str] | None:
        if self._health is None:
            return LIVE if path == "/livez" else None
        return await self._health.answer(path)

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
            await self._app(scope, _limited(scope, receive, given, self._limits), send_with_headers)
        except (BodyTooLargeError, InvalidRequestError) as error:
            if seen["status"]:
                raise
            await self._refuse(error, trace.request_id, send_with_headers)
        except Exception as error:
            if seen["status"]:
                raise  # the server breaks the answer off
            log.exception("failed", extra={"service": self._service})
            await self._refuse(error, trace.request_id, send_with_headers)
        finally:
            if trace.recorded:
                _record(trace, scope, seen["status"], since=started)
            self._account(scope, seen["status"], time.perf_counter() - started, began=seen["began"])
            context.current.reset(token)

    async def _refuse(self, error: Exception, request_id: str, send: Send) -> None:
        status, body, _headers = body_of(error, {}, request_id)
        await _send_whole(send, status, json.dumps(body).encode(), PROBLEM_JSON, self._headers)

    def _add(self, headers: list[tuple[bytes, bytes]], request_id: str) -> list[tuple[bytes, bytes]]:
        return with_security_headers(headers, {**self._headers, b"x-request-id": request_id.encode()})

    def _account(self, scope: Scope, status: int, seconds: float, *, began: float | None) -> None:
        method = scope["method"] if scope["method"] in _METHODS else "other"
        route = self._routes.of(scope["path"])
        self._counted(method, route, status).inc()
        self._latency(route).observe(seconds if began is None else began)
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
    """Leave out the secret of a mailed link and what is too long, and write down what is not printable as an escape."""
    told = re.sub(r"(/password-resets/|/email-verifications/|/unsubscribe/).+", r"\1...", path[: _LOGGED_PATH + 1])
    if len(told) > _LOGGED_PATH:
        told = f"{told[:_LOGGED_PATH]}..."
    return told if told.isprintable() else "".join(c if c.isprintable() else ascii(c)[1:-1] for c in told)


def _request_id(headers: dict[bytes, bytes]) -> str:
    given = headers.get(b"x-request-id", b"")
    return given.decode() if _SAFE_ID.fullmatch(given) else ""


def _limited(scope: Scope, receive: Receive, headers: dict[bytes, bytes], limits: BodyLimits) -> Receive:
    """Return what receives a body that cannot grow past its limit; raises BodyTooLargeError if it says that it will."""
    if b"content-length" not in headers and b"transfer-encoding" not in headers:
        return receive
    limit = limits.of(scope["method"], scope["path"], headers.get(b"content-type", b""))
    limit.expect(headers.get(b"content-length", b""))

    async def counted() -> Message:
        message = await receive()
        limit.take(len(message.get("body", b"")))
        return message

    return counted


async def _send_whole(send: Send, status: int, body: bytes, content_type: str, added: Mapping[bytes, bytes]) -> None:
    headers = [(b"content-type", content_type.encode()), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": with_security_headers(headers, added)})
    await send({"type": "http.response.body", "body": body})
