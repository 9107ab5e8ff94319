"""Answers with a problem when an application raises."""

from __future__ import annotations

import json
import logging
import re

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chassis.runtime import context
from chassis.runtime.problems import PROBLEM_JSON, BodyTooLargeError, InvalidRequestError, body_of

log = logging.getLogger("outlay.request")

_CONTROL = re.compile("[\x00-\x1f\x7f]")


class Failures:
    """The last resort, which logs what nothing else has caught. It also refuses paths that no application should see."""

    def __init__(self, app: ASGIApp, service: str) -> None:
        """`service` is what log lines name."""
        self._app, self._service = app, service

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request; an exception after the answer has begun is raised, so that the server breaks it off."""
        started = False

        async def watch(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            # Routers disagree on line ends in a path, and what one lets through unchecked the other may serve.
            if _CONTROL.search(scope["path"]):
                raise InvalidRequestError("The path has a control character.")
            await self._app(scope, receive, watch)
        except Exception as error:
            if started:
                raise
            if not isinstance(error, BodyTooLargeError | InvalidRequestError):
                log.exception("failed", extra={"service": self._service})
            await _send_problem(send, error)


async def _send_problem(send: Send, error: Exception) -> None:
    trace = context.current.get()
    status, problem, _headers = body_of(error, {}, trace.request_id if trace else "")
    body = json.dumps(problem).encode()
    headers = [(b"content-type", PROBLEM_JSON.encode()), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
