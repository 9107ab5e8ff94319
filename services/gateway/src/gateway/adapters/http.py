"""A service behind HTTP: carries a request there and the answer back, streaming both ways."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import httpx
from starlette.datastructures import Headers

from chassis.runtime import context
from chassis.runtime.problems import PROBLEM_JSON, status_body
from gateway.adapters.replicas import READING, REPEATABLE, Replicas

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from starlette.types import Receive, Scope, Send

_TIMEOUT = httpx.Timeout(30, connect=3)
_PATIENCE_SECONDS = 5.0
"""How long one replica may take to begin an answer before another one is asked too."""
_AT_HAND_BYTES = 64 * 1024
"""A body of this size is read before it is sent on, so that it can be sent twice; a larger one passes through."""
_READING = frozenset({"GET", "HEAD", "OPTIONS"})
# These belong to one connection and are made anew for the next (RFC 9110, 7.6.1).
_HOP_BY_HOP = frozenset({b"connection", b"keep-alive", b"te", b"trailer", b"transfer-encoding", b"upgrade", b"proxy-authorization"})


class _LeftError(Exception):
    """Who asks has left in the middle of the request."""


class HttpUpstream:
    """An ASGI application in front of a service at a base address."""

    def __init__(
        self,
        base_url: str,
        *,
        takes_key: Callable[[str, str], bool] = lambda _method, _path: True,
        patience: float = _PATIENCE_SECONDS,
    ) -> None:
        """Connect to nothing yet. `takes_key` says of a method and a path whether an Idempotency-Key counts there."""
        self._takes_key = takes_key
        transport = Replicas(patience=patience)
        self._client = httpx.AsyncClient(base_url=base_url, timeout=_TIMEOUT, transport=transport, follow_redirects=False)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Carry one request; a service that is away is a 503, one that takes too long a 504, one that breaks off a 502."""
        started = False
        try:
            content, repeatable = await _content(scope, receive, self._takes_key)
            async with self._client.stream(
                scope["method"],
                _target(scope),
                headers=_kept(scope["headers"]),
                content=content,
                extensions={REPEATABLE: repeatable, READING: repeatable and scope["method"] in _READING},
            ) as answer:
                started = True
                await send({"type": "http.response.start", "status": answer.status_code, "headers": _kept(answer.headers.raw)})
                async for part in answer.aiter_raw():
                    await send({"type": "http.response.body", "body": part, "more_body": True})
                await send({"type": "http.response.body", "body": b""})
        except _LeftError:
            return
        except httpx.HTTPError as error:
            if started:
                raise
            await _send_problem(send, *_explain(error))

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()


def _target(scope: Scope) -> str:
    path = (scope.get("raw_path") or scope["path"].encode()).decode("latin-1")
    query = scope["query_string"].decode("latin-1")
    return f"{path}?{query}" if query else path


def _kept(headers: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    return [(name, value) for name, value in headers if name.lower() not in _HOP_BY_HOP]


async def _content(
    scope: Scope, receive: Receive, takes_key: Callable[[str, str], bool]
) -> tuple[bytes | AsyncIterator[bytes], bool]:
    """Return the body, and whether the request may be sent twice."""
    headers = Headers(scope=scope)
    small = "transfer-encoding" not in headers and int(headers.get("content-length", "0")) <= _AT_HAND_BYTES
    if small and (scope["method"] in _READING or ("idempotency-key" in headers and takes_key(scope["method"], scope["path"]))):
        return b"".join([part async for part in _body(receive)]), True
    return _body(receive), False


async def _body(receive: Receive) -> AsyncIterator[bytes]:
    more = True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise _LeftError  # to end the body in order would make half a request a whole one
        if body := message.get("body", b""):
            yield body
        more = message.get("more_body", False)


def _explain(error: httpx.HTTPError) -> tuple[int, str]:
    if isinstance(error, httpx.ConnectError | httpx.ConnectTimeout | httpx.PoolTimeout):
        return 503, "This part of Outlay cannot be reached at the moment. Try again soon."
    if isinstance(error, httpx.TimeoutException):
        return 504, "This part of Outlay took too long; look whether it was done before you try again."
    return 502, "This part of Outlay broke off; look whether it was done before you try again."


async def _send_problem(send: Send, status: int, detail: str) -> None:
    trace = context.current.get()
    body = json.dumps(status_body(status, detail, trace.request_id if trace else "")).encode()
    headers = [(b"content-type", PROBLEM_JSON.encode()), (b"content-length", str(len(body)).encode())]
    retry = [(b"retry-after", b"5")] if status == 503 else []  # noqa: PLR2004
    await send({"type": "http.response.start", "status": status, "headers": headers + retry})
    await send({"type": "http.response.body", "body": body})
