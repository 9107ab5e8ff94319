"""How a process goes: it says so while it still answers, so that nobody is sent to it who would find it gone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chassis.web.middleware.security_headers import with_security_headers

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

_BODY = b'{"status": "leaving"}'
_CLOSE = (b"connection", b"close")
_GOODBYE = with_security_headers([(b"content-type", b"application/json"), (b"content-length", str(len(_BODY)).encode()), _CLOSE])


class Draining:
    """An ASGI application in front of another one.

    Once `begun`, /readyz is 503, and each answer says that it is the last one on its connection: whoever comes next opens another
    one, and is sent to another replica.
    """

    def __init__(self, app: ASGIApp) -> None:
        """Pass everything on for now."""
        self._app = app
        self.begun = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if self.begun and scope["path"] == "/readyz":
            await send({"type": "http.response.start", "status": 503, "headers": _GOODBYE})
            await send({"type": "http.response.body", "body": _BODY})
            return

        async def send_last(message: Message) -> None:
            # Looked at when the answer begins: a request may have come before the signal.
            if self.begun and message["type"] == "http.response.start":
                message = {**message, "headers": [*message["headers"], _CLOSE]}
            await send(message)

        await self._app(scope, receive, send_last)
