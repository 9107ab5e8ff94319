"""Draining: a process that stops is reported as not ready while it still answers, so that no request finds it gone."""

from __future__ import annotations

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chassis.web.middleware.security_headers import with_security_headers

_BODY = b'{"status": "leaving"}'
_CLOSE = (b"connection", b"close")
_GOODBYE = with_security_headers([(b"content-type", b"application/json"), (b"content-length", str(len(_BODY)).encode()), _CLOSE])


class Draining:
    """An ASGI application in front of another one.

    Once it has `begun`, /readyz is 503 and each response closes its connection, so that the next request goes to another replica.
    """

    def __init__(self, app: ASGIApp) -> None:
        """Pass everything on until `begun` is set."""
        self._app = app
        self.begun = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if self.begun and scope["path"] == "/readyz":
            await send({"type": "http.response.start", "status": 503, "headers": _GOODBYE})
            await send({"type": "http.response.body", "body": _BODY})
            return

        async def send_last(message: Message) -> None:
            # Checked when the response starts: the request may have come before the signal.
            if self.begun and message["type"] == "http.response.start":
                message = {**message, "headers": [*message["headers"], _CLOSE]}
            await send(message)

        await self._app(scope, receive, send_last)
