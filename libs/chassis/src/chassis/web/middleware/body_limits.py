"""Limits on bodies: by operation if its document has one, by kind otherwise."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chassis.runtime.problems import BodyTooLargeError
from chassis.web.spec import Spec, operations

JSON_LIMIT = 64 * 1024
"""Bytes of a JSON body by default: the longest texts that operations accept fit in, escaped."""
UPLOAD_LIMIT = 200_000_000
"""Bytes of an upload by default, such as a file to import; uploads are never held in memory."""
FRAME = 64 * 1024
"""Bytes of a form in addition to its file."""

_MEGABYTE = 1024 * 1024
_FORM = "multipart/form-data"


class BodyLimits:
    """The limits of services' operations: `x-most-bytes` limits an uploaded file, or else the whole body."""

    def __init__(self, specs: Iterable[Spec] = ()) -> None:
        self._larger = [
            (method.upper(), _pattern(_base(spec) + path), _Limits(operation))
            for spec in specs
            for path, method, operation in operations(spec)
            if "x-most-bytes" in operation or _takes_files(operation)
        ]

    def of(self, method: str, path: str, content_type: bytes) -> BodyLimit:
        for known, pattern, limits in self._larger:
            if known == method and pattern.fullmatch(path):
                return limits.of(content_type)
        return BodyLimit(JSON_LIMIT)


class _Limits:
    """The limits of an operation that accepts more than others."""

    def __init__(self, operation: dict[str, Any]) -> None:
        self._uploads, self._most = _takes_files(operation), operation.get("x-most-bytes")

    def of(self, content_type: bytes) -> BodyLimit:
        if not self._uploads:
            return BodyLimit(self._most or JSON_LIMIT)
        if not content_type.lower().startswith(_FORM.encode()):
            return BodyLimit(JSON_LIMIT)
        if self._most is None:
            return BodyLimit(UPLOAD_LIMIT)
        return BodyLimit(self._most + FRAME, f"The file may have {self._most // _MEGABYTE} MB at most.")


class BodyLimit:
    """Counts the bytes of one body."""

    def __init__(self, most: int, detail: str = "") -> None:
        """`detail` is the problem's detail if there are more than `most` bytes."""
        self._left, self._detail = most, detail or f"The body may have {most:,} bytes at most."

    def expect(self, length: bytes) -> None:
        """Check a Content-Length before anything is read; raises BodyTooLargeError."""
        if length.isdigit() and int(length[:20]) > self._left:
            raise BodyTooLargeError(self._detail)

    def take(self, count: int) -> None:
        """Count what has arrived; raises BodyTooLargeError at the first byte too many."""
        self._left -= count
        if self._left < 0:
            raise BodyTooLargeError(self._detail)


def _takes_files(operation: dict[str, Any]) -> bool:
    return _FORM in operation.get("requestBody", {}).get("content", {})


def _base(spec: Spec) -> str:
    servers = spec.get("servers") or [{"url": ""}]
    return str(servers[0]["url"]).rstrip("/")


def _pattern(path: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\\{[^/]+?\\}", "[^/]+", re.escape(path)))


class BodyLimiting:
    """A middleware that ends a request whose body is too large, at its Content-Length or at the first byte too many."""

    def __init__(self, app: ASGIApp, limits: BodyLimits) -> None:
        """`limits` are of the operations behind `app`."""
        self._app, self._limits = app, limits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request; raises BodyTooLargeError."""
        headers = dict(scope["headers"])
        if b"content-length" not in headers and b"transfer-encoding" not in headers:
            await self._app(scope, receive, send)
            return
        limit = self._limits.of(scope["method"], scope["path"], headers.get(b"content-type", b""))
        limit.expect(headers.get(b"content-length", b""))

        async def counted() -> Message:
            message = await receive()
            limit.take(len(message.get("body", b"")))
            return message

        await self._app(scope, counted, send)
