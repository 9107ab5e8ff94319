"""A service behind HTTP: carries a request there and the answer back, streaming both ways."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from http import HTTPStatus

import httpx
from starlette.datastructures import Headers
from starlette.types import Receive, Scope, Send

from chassis.runtime import context
from chassis.runtime.problems import PROBLEM_JSON, status_body
from chassis.web.scopes import SAFE_METHODS
from gateway.replicas import READING, REPEATABLE, ReplicaTransport

_TIMEOUT = httpx.Timeout(30, connect=3)
_HEDGE_SECONDS = 5.0
"""How long one replica may take to begin a response before a second one is asked too."""
_BUFFERED_BYTES = 64 * 1024
"""A body up to this size is read before it is sent on, so that it can be sent twice; a larger one is streamed."""
# These belong to one connection and are not passed on (RFC 9110, 7.6.1).
_HOP_BY_HOP = frozenset({b"connection", b"keep-alive", b"te", b"trailer", b"transfer-encoding", b"upgrade", b"proxy-authorization"})


class _ClientGoneError(Exception):
    """The client has disconnected in the middle of the request."""


class HttpUpstream:
    """An ASGI application in front of a service at a base address."""

    def __init__(
        self,
        base_url: str,
        *,
        accepts_idempotency_key: Callable[[str, str], bool] = lambda _method, _path: True,
        hedge_seconds: float = _HEDGE_SECONDS,
    ) -> None:
        """Connect to nothing yet. `accepts_idempotency_key` tells by method and path whether an Idempotency-Key counts there."""
        self._takes_key = accepts_idempotency_key
        transport = ReplicaTransport(hedge_seconds=hedge_seconds)
        self._client = httpx.AsyncClient(base_url=base_url, timeout=_TIMEOUT, transport=transport, follow_redirects=False)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on one request; a service that cannot be reached is a 503, one that is too slow a 504, one that breaks off a 502."""
        started = False
        try:
            content, repeatable = await _content(scope, receive, self._takes_key)
            async with self._client.stream(
                scope["method"],
                _target(scope),
                headers=_end_to_end(scope["headers"]),
                content=content,
                extensions={REPEATABLE: repeatable, READING: repeatable and scope["method"] in SAFE_METHODS},
            ) as response:
                started, headers = True, _end_to_end(response.headers.raw)
                await send({"type": "http.response.start", "status": response.status_code, "headers": headers})
                async for part in response.aiter_raw():
                    await send({"type": "http.response.body", "body": part, "more_body": True})
                await send({"type": "http.response.body", "body": b""})
        except _ClientGoneError:
            return
        except httpx.HTTPError as error:
            if started:
                raise
            await _send_problem(send, *_explain(error))

    async def close(self) -> None:
        await self._client.aclose()


def _target(scope: Scope) -> str:
    path = (scope.get("raw_path") or scope["path"].encode()).decode("latin-1")
    query = scope["query_string"].decode("latin-1")
    return f"{path}?{query}" if query else path


def _end_to_end(headers: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    return [(name, value) for name, value in headers if name.lower() not in _HOP_BY_HOP]


async def _content(
    scope: Scope, receive: Receive, accepts_idempotency_key: Callable[[str, str], bool]
) -> tuple[bytes | AsyncIterator[bytes], bool]:
    """Return the body, and whether the request may be sent twice."""
    headers, method = Headers(scope=scope), scope["method"]
    is_small = "transfer-encoding" not in headers and int(headers.get("content-length", "0")) <= _BUFFERED_BYTES
    has_key = "idempotency-key" in headers and accepts_idempotency_key(method, scope["path"])
    if is_small and (method in SAFE_METHODS or has_key):
        return b"".join([part async for part in _body(receive)]), True
    return _body(receive), False


async def _body(receive: Receive) -> AsyncIterator[bytes]:
    more = True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise _ClientGoneError  # a proper end of the body would turn half a request into a whole one
        if body := message.get("body", b""):
            yield body
        more = message.get("more_body", False)


def _explain(error: httpx.HTTPError) -> tuple[int, str]:
    if isinstance(error, httpx.ConnectError | httpx.ConnectTimeout | httpx.PoolTimeout):
        return 503, "This service is temporarily unavailable. Try again in a minute."
    if isinstance(error, httpx.TimeoutException):
        return 504, "This service took too long. Check whether the change was made before you try again."
    return 502, "This service broke off. Check whether the change was made before you try again."


async def _send_problem(send: Send, status: int, detail: str) -> None:
    trace = context.current.get()
    body = json.dumps(status_body(status, detail, trace.request_id if trace else "")).encode()
    headers = [(b"content-type", PROBLEM_JSON.encode()), (b"content-length", str(len(body)).encode())]
    retry = [(b"retry-after", b"5")] if status == HTTPStatus.SERVICE_UNAVAILABLE else []
    await send({"type": "http.response.start", "status": status, "headers": headers + retry})
    await send({"type": "http.response.body", "body": body})
