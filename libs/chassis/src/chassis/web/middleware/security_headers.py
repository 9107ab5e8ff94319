"""Headers that every answer carries, whoever gives it: an operation, the server itself, a health check."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from starlette.types import ASGIApp, Message, Receive, Scope, Send

SECURITY_HEADERS: Mapping[bytes, bytes] = {
    b"x-content-type-options": b"nosniff",
    b"referrer-policy": b"no-referrer",
    b"cache-control": b"no-store",
    b"content-security-policy": b"default-src 'none'; frame-ancestors 'none'",
}
"""For answers that are data; the gateway has others for its pages."""


def with_security_headers(
    headers: Iterable[tuple[bytes, bytes]], added: Mapping[bytes, bytes] = SECURITY_HEADERS
) -> list[tuple[bytes, bytes]]:
    """Return `headers` with those of `added` that they do not have yet."""
    given = list(headers)
    present = {name.lower() for name, _ in given}
    return [*given, *((name, value) for name, value in added.items() if name not in present)]


class SecurityHeaders:
    """Adds the headers to the answers of an application that do not have them."""

    def __init__(self, app: ASGIApp, headers: Mapping[bytes, bytes]) -> None:
        """`headers` are what is added."""
        self._app, self._headers = app, headers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, or pass on what is none."""
        if scope["type"] != "http":
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": with_security_headers(message["headers"], self._headers)}
            await send(message)

        await self._app(scope, receive, send_with_headers)
