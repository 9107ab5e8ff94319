"""Streamable HTTP at /mcp, next to the service's own application: a new server for each request, without sessions."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qs

import anyio.to_thread
from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from assistant.conversation.rate_limit import RateLimit, TooManyMessagesError
from assistant.mcp.access import Access, OnCall
from assistant.mcp.undo_tokens import UndoTokens
from assistant.person import Person
from assistant.tools.toolbox import Toolbox
from chassis.runtime.problems import PROBLEM_JSON, UnauthorizedError, status_body
from chassis.security.tokens import Caller

_PATHS = frozenset({"/mcp", "/mcp/"})
_MOST_BYTES = 64 * 1024
"""The limit of a message, the same as the gateway's."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Endpoint:
    """The ASGI application at /mcp. It accepts access tokens, which the gateway exchanges for service tokens, but no sessions."""

    verify: Callable[[str], dict[str, Any]]
    """Returns the claims of a service token; raises UnauthorizedError."""
    person_of: Callable[[Caller], Person]
    tools_of: Callable[[Person, str], Toolbox]
    """Returns the tools of a person, given their service token."""
    undo_tokens: UndoTokens
    rate_limit: RateLimit
    on_call: OnCall
    origins: Collection[str]
    """The origins of pages that may call this, such as https://outlay.example; most clients are not pages and send no origin."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        answer = await self._answer(scope)
        await answer(scope, receive, send)

    async def _answer(self, scope: Scope) -> ASGIApp:
        headers = Headers(scope=scope)
        if headers.get("origin", next(iter(self.origins), "")) not in self.origins:
            return _problem(HTTPStatus.FORBIDDEN, "This request came from another website. Use a client outside the browser.")
        try:
            caller, token = self._caller(headers)
            self.rate_limit.take(caller.user_id)
        except UnauthorizedError as error:
            return _problem(HTTPStatus.UNAUTHORIZED, str(error), {"WWW-Authenticate": _challenge(headers)})
        except TooManyMessagesError as error:
            return _problem(HTTPStatus.TOO_MANY_REQUESTS, str(error), error.headers)
        if scope["method"] != "POST":  # there are no streams and no sessions
            return _problem(
                HTTPStatus.METHOD_NOT_ALLOWED, "Send messages with POST; this server opens no streams.", {"Allow": "POST"}
            )
        person = self.person_of(caller)
        access = Access(self.tools_of(person, token), person, caller.scopes, self.undo_tokens)
        write = parse_qs(scope["query_string"].decode("latin-1")).get("write") == ["true"]
        return await anyio.to_thread.run_sync(_server_of, access, write, self.on_call)

    def _caller(self, headers: Headers) -> tuple[Caller, str]:
        kind, _space, token = headers.get("authorization", "").partition(" ")
        if kind.lower() != "bearer" or not token.strip():
            message = "Send an access token as Authorization: Bearer outlay_pat_...; you can create one in Outlay's settings."
            raise UnauthorizedError(message)
        caller = Caller.from_claims(self.verify(token.strip()))
        if caller.kind != "token":
            message = "Only access tokens are accepted here, not browser sessions. You can create one in Outlay's settings."
            raise UnauthorizedError(message)
        return caller, token.strip()


class McpRouter:
    """Passes requests for /mcp to one application, and all others to another."""

    def __init__(self, others: ASGIApp, mcp: ASGIApp) -> None:
        self._others, self._mcp = others, mcp

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        wanted = scope["type"] == "http" and scope["path"] in _PATHS
        await (self._mcp if wanted else self._others)(scope, receive, send)


def _server_of(access: Access, write: bool, on_call: OnCall) -> ASGIApp:
    """Return the application for one request. Call it in a thread: the first call imports `mcp`, which takes a second."""
    from assistant.mcp.http import application

    return application(access, write=write, on_call=on_call, most_bytes=_MOST_BYTES)


def _challenge(headers: Headers) -> str:
    return 'Bearer realm="Outlay", error="invalid_token"' if "authorization" in headers else 'Bearer realm="Outlay"'


def _problem(status: HTTPStatus, detail: str, headers: Mapping[str, str] | None = None) -> Response:
    body = json.dumps(status_body(status, detail, ""))
    return Response(body, status, headers=dict(headers or {}), media_type=PROBLEM_JSON)
