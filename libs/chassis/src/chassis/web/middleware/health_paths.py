"""Answers health checks before anything is logged or counted."""

from __future__ import annotations

from starlette.types import ASGIApp, Receive, Scope, Send

from chassis.web.health import HealthReport


class HealthPaths:
    """Passes on everything but a GET of a path that `health` knows."""

    def __init__(self, app: ASGIApp, health: HealthReport) -> None:
        """`health` gives the answers."""
        self._app, self._health = app, health

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        answer = await self._health.answer(scope["path"]) if scope["method"] == "GET" else None
        if answer is None:
            await self._app(scope, receive, send)
            return
        status, body, media_type = answer
        headers = [(b"content-type", media_type.encode()), (b"content-length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})
