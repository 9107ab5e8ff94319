"""Streamable HTTP at /mcp, beside the service's own application: one server for one request, and nothing kept between them."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs

import anyio.to_thread
from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from assistant.conversation.allowance import TooManyMessagesError
from assistant.mcp.access import Access, Told
from assistant.mcp.undoing import Undos
from assistant.person import Person
from assistant.tools.toolbox import Toolbox
from chassis.runtime.problems import PROBLEM_JSON, UnauthorizedError, status_body
from chassis.security.tokens import Caller

_PATHS = frozenset({"/mcp", "/mcp/"})
_MOST_BYTES = 64 * 1024
"""Of a message: what the gateway lets in, too."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Endpoint:
    """The ASGI application at /mcp. It takes access tokens, of which the gateway made service tokens, and no sessions."""

    verify: Callable[[str], dict[str, Any]]
    """Returns the claims of a service token; raises UnauthorizedError."""
    person_of: Callable[[Caller], Person]
    tools_of: Callable[[Person, str], Toolbox]
    """Makes the tools of a person out of the service token that they came with."""
    undos: Undos
    take: Callable[[str], None]
    """Counts a request of a user; raises TooManyMessagesError."""
    told: Told
    origins: Collection[str]
    """Where pages may be that call this, such as https://outlay.example; most clients are no pages and name none."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        answer = await self._answer(scope)
        await answer(scope, receive, send)

    async def _answer(self, scope: Scope) -> ASGIApp:
        headers = Headers(scope=scope)
        if headers.get("origin", next(iter(self.origins), "")) not in self.origins:
            return _problem(403, "A page of another site sent this. Use a client that is no page of a browser.")
        try:
            caller, token = self._caller(headers)
            self.take(caller.user_id)
        except UnauthorizedError as error:
            return _problem(401, str(error), {"WWW-Authenticate": _challenge(headers)})
        except TooManyMessagesError as error:
            return _problem(429, str(error), error.headers)
        if scope["method"] != "POST":  # no stream is kept open, and there is no session to end
            return _problem(405, "Send messages with POST; this server opens no streams.", {"Allow": "POST"})
        person = self.person_of(caller)
        access = Access(self.tools_of(person, token), person, caller.scopes, self.undos)
        write = parse_qs(scope["query_string"].decode("latin-1")).get("write") == ["true"]
        return await anyio.to_thread.run_sync(_serving, access, write, self.told)

    def _caller(self, headers: Headers) -> tuple[Caller, str]:
        kind, _space, token = headers.get("authorization", "").partition(" ")
        if kind.lower() != "bearer" or not token.strip():
            message = "Send an access token as Authorization: Bearer outlay_pat_...; you can make one in Outlay's settings."
            raise UnauthorizedError(message)
        caller = Caller.from_claims(self.verify(token.strip()))
        if caller.kind != "token":
            message = "Only access tokens are taken here, which you can make in Outlay's settings, and no sessions of browsers."
            raise UnauthorizedError(message)
        return caller, token.strip()


class Beside:
    """Serves /mcp with one application, and everything else with another."""

    def __init__(self, others: ASGIApp, mcp: ASGIApp) -> None:
        self._others, self._mcp = others, mcp

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        wanted = scope["type"] == "http" and scope["path"] in _PATHS
        await (self._mcp if wanted else self._others)(scope, receive, send)


def _serving(access: Access, write: bool, told: Told) -> ASGIApp:
    """Return what serves one request. The package is imported at the first one, in a thread, since that takes a second."""
    from assistant.mcp.http import serving

    return serving(access, write=write, told=told, most_bytes=_MOST_BYTES)


def _challenge(headers: Headers) -> str:
    return 'Bearer realm="Outlay", error="invalid_token"' if "authorization" in headers else 'Bearer realm="Outlay"'


def _problem(status: int, detail: str, headers: Mapping[str, str] | None = None) -> Response:
    body = json.dumps(status_body(status, detail, ""))
    return Response(body, status, headers=dict(headers or {}), media_type=PROBLEM_JSON)
