"""The gateway's own application: decides whether a service, a page or the gateway itself answers a request."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.requests import cookie_parser
from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

from chassis.runtime import context
from chassis.runtime.problems import PROBLEM_JSON, ForbiddenError, Problem, Statuses, body_of, status_body
from chassis.security.audit_log import REFUSED, record
from gateway.addresses import Addresses, WrongHostError
from gateway.caller_tokens import CallerTokens
from gateway.credentials import ForeignSiteError, WrongUseError
from gateway.development_mail import DevelopmentMail
from gateway.event_stream import TooManyStreamsError
from gateway.forwarding import Forwarder
from gateway.live_events import LiveEvents
from gateway.pages import Pages
from gateway.routes import PREFIX, Route, first_part

_STATUSES: Statuses = {ForeignSiteError: 403, WrongUseError: 403, WrongHostError: 421, TooManyStreamsError: 429}
_DETAILS = {404: "There is nothing at this path. See /docs.", 405: "This path does not support this method. See /docs."}
_MCP = frozenset({"/mcp", "/mcp/"})
_GET = frozenset({"GET", "HEAD"})
_OWN = frozenset({"events", "openapi.json"})
_NO_PAGES = frozenset({"api", "internal", "metrics"})
"""First parts of paths that have no pages; operators ask for health and metrics on another port."""


class Router:
    """Sends each request to whatever answers it."""

    def __init__(
        self,
        *,
        routes: Mapping[str, Route],
        forwarder: Forwarder,
        caller_tokens: CallerTokens,
        live_events: LiveEvents,
        pages: Pages,
        document: bytes,
        addresses: Addresses,
        mail: DevelopmentMail | None = None,
    ) -> None:
        """`routes` name the service of each path by its first part. `document` is the merged OpenAPI document as JSON."""
        self._routes, self._forwarder, self._caller_tokens = routes, forwarder, caller_tokens
        self._live_events, self._pages, self._mail = live_events, pages, mail
        self._document, self._addresses = document, addresses

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = Headers(scope=scope)
        try:
            self._addresses.check_host(headers.get("host", ""))
            response = await self._dispatch(scope, headers, receive, send)
        except (Problem, ForeignSiteError, WrongUseError, WrongHostError, TooManyStreamsError) as error:
            self._record_refusal(error, scope, headers)
            response = _problem(*body_of(error, _STATUSES, _request_id()))
        if response is not None:
            await response(scope, receive, send)

    def _record_refusal(self, error: Exception, scope: Scope, headers: Headers) -> None:
        """Write to the audit log what looks like an attack or a mistake, but not each request of a person who is not signed in."""
        if isinstance(error, ForeignSiteError | WrongUseError | WrongHostError | ForbiddenError) or "authorization" in headers:
            client, method, path = self._forwarder.client_of(scope), scope["method"], scope["path"][:200]
            record("access", REFUSED, reason=type(error).__name__, service="gateway", client=client, method=method, path=path)

    async def _dispatch(self, scope: Scope, headers: Headers, receive: Receive, send: Send) -> Response | None:
        """Return the gateway's own response; None if something else has answered."""
        if scope["path"] in _MCP and self._forwarder.has_assistant:
            await self._forwarder.forward_mcp(scope, headers, receive, send)
            return None
        part = first_part(scope["path"])
        if part is None:
            return self._page(scope, headers)
        if part in self._routes:
            await self._forwarder.forward(self._routes[part], scope, headers, receive, send)
            return None
        if scope["method"] not in _GET:
            return _status(405 if part in _OWN else 404)
        return await self._own(part, scope, headers)

    def _page(self, scope: Scope, headers: Headers) -> Response:
        if scope["path"].split("/")[1] in _NO_PAGES:
            return _status(404)
        if scope["method"] not in _GET:
            return _status(405)
        theme = cookie_parser(headers.get("cookie", "")).get("theme", "auto")
        return self._pages.respond(scope["path"], headers, theme)

    async def _own(self, part: str, scope: Scope, headers: Headers) -> Response:
        path = scope["path"].removeprefix(PREFIX)
        if path == "openapi.json":
            return Response(self._document, media_type="application/json")
        if path == "events":
            return await self._live_events.respond(scope["method"], headers)
        if part == "dev" and self._mail is not None:
            return await self._development_mail(self._mail, path, headers)
        return _status(404)

    async def _development_mail(self, mail: DevelopmentMail, path: str, headers: Headers) -> Response:
        _credential, tokens = await self._caller_tokens.signed_in(self._caller_tokens.credential(headers))
        if "authorization" in headers:  # a link in an email may do what no access token may
            raise ForbiddenError("This needs a session; sign in with your password.")
        found = await run_in_threadpool(mail.answer, path, tokens.user_id)
        return JSONResponse(found) if found is not None else _status(404)


def _request_id() -> str:
    trace = context.current.get()
    return trace.request_id if trace else ""


def _status(status: int) -> Response:
    return _problem(status, status_body(status, _DETAILS[status], _request_id()), {})


def _problem(status: int, body: dict[str, Any], headers: dict[str, str]) -> Response:
    return Response(json.dumps(body), status, headers=headers, media_type=PROBLEM_JSON)
