"""The gateway's front door: decides what a request is, speaks for its sender, and hands it on."""

from __future__ import annotations

import json
import random
from typing import TYPE_CHECKING, Any

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.requests import cookie_parser
from starlette.responses import JSONResponse, Response, StreamingResponse

from chassis.runtime import context
from chassis.runtime.problems import (
    PROBLEM_JSON,
    ForbiddenError,
    Problem,
    Statuses,
    UnauthorizedError,
    UnavailableError,
    body_of,
    status_body,
)
from chassis.security.audit_log import REFUSED, record
from chassis.security.gateway_keys import HEADER
from gateway.domain.addresses import Addresses, WrongHostError
from gateway.domain.clients import client_address
from gateway.domain.credentials import EXTENSION, Credential, ForeignSiteError, WrongUseError, credential_of, refuse_foreign_site
from gateway.domain.hub import Hub, Stream, TooManyStreamsError
from gateway.domain.routes import Route, first_part

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from gateway.domain.passes import Pass, Passes
    from gateway.mailbox import DevelopmentMail
    from gateway.pages import Pages

_STATUSES: Statuses = {ForeignSiteError: 403, WrongUseError: 403, WrongHostError: 421, TooManyStreamsError: 429}
_HEARTBEAT_SECONDS = 15.0
_SOON_MS = (50, 500)
# The sender's own word on these is not taken: they say who asks and from where.
GATEWAY_KEY = HEADER.lower().encode()
_EXTENSION = b"x-outlay-extension"
_REPLACED = frozenset(
    {GATEWAY_KEY, _EXTENSION, b"authorization", b"cookie", b"x-forwarded-for", b"x-forwarded-proto", b"forwarded"}
)
_MCP = frozenset({"/mcp", "/mcp/"})
_ASSISTANT = "assistant"
_NO_PAGES = frozenset({"api", "internal", "metrics"})
"""First parts of paths at which no page of the UI is: what operators ask is answered on another port, or not at all."""
_READING = frozenset({"GET", "HEAD", "OPTIONS"})


class Front:
    """The ASGI application of the gateway."""

    def __init__(
        self,
        *,
        upstreams: Mapping[str, ASGIApp],
        routes: Mapping[str, Route],
        passes: Passes,
        hub: Hub,
        pages: Pages,
        document: bytes,
        own: Addresses,
        mail: DevelopmentMail | None = None,
        gateway_key: str = "",
        proxies: int = 0,
    ) -> None:
        """`routes` say which of the `upstreams` answers a path; `document` is the merged OpenAPI document as JSON.

        `own` are the addresses at which all this is served. `proxies` stand in front and tell whom they saw.
        `gateway_key` proves to auth that this is a gateway.
        """
        self._proxies, self._own_addresses, self._gateway_key = proxies, own, gateway_key
        self._upstreams, self._routes, self._passes = upstreams, routes, passes
        self._hub, self._pages, self._document, self._mail = hub, pages, document, mail

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            return
        headers = Headers(scope=scope)
        try:
            self._own_addresses.check_host(headers.get("host", ""))
            answer = await self._dispatch(scope, headers, receive, send)
        except (Problem, ForeignSiteError, WrongUseError, WrongHostError, TooManyStreamsError) as error:
            self._record_refusal(error, scope, headers)
            answer = _problem(*body_of(error, _STATUSES, _request_id()))
        if answer is not None:
            await answer(scope, receive, send)

    def _record_refusal(self, error: Exception, scope: Scope, headers: Headers) -> None:
        """Tell the security log of what looks like an attack or a mistake, not of everybody who has yet to sign in."""
        if isinstance(error, ForeignSiteError | WrongUseError | WrongHostError | ForbiddenError) or "authorization" in headers:
            forwarded = headers.getlist("x-forwarded-for")
            client = client_address((scope.get("client") or ("",))[0], forwarded, proxies=self._proxies)
            method, path = scope["method"], scope["path"][:200]
            record("access", REFUSED, reason=type(error).__name__, service="gateway", client=client, method=method, path=path)

    async def _dispatch(self, scope: Scope, headers: Headers, receive: Receive, send: Send) -> Response | None:
        if scope["path"] in _MCP and _ASSISTANT in self._upstreams:
            await self._mcp(scope, headers, receive, send)
            return None
        part = first_part(scope["path"])
        if part is None:
            return self._page(scope, headers)
        if part in self._routes:
            await self._forward(self._routes[part], scope, headers, receive, send)
            return None
        if scope["method"] not in ("GET", "HEAD"):
            known = part in ("events", "openapi.json")
            return _status(405 if known else 404)
        return await self._own(part, scope, headers)

    def _page(self, scope: Scope, headers: Headers) -> Response:
        if scope["path"].split("/")[1] in _NO_PAGES:
            return _status(404)
        if scope["method"] not in ("GET", "HEAD"):
            return _status(405)
        return self._pages.answer(scope["path"], headers, cookie_parser(headers.get("cookie", "")).get("theme", "auto"))

    async def _own(self, part: str, scope: Scope, headers: Headers) -> Response:
        path = scope["path"].removeprefix("/api/v1/")
        if path == "openapi.json":
            return Response(self._document, media_type="application/json")
        if path == "events":
            return await self._events(scope["method"], headers)
        if part == "dev" and self._mail is not None:
            held = await self._signed_in(headers)
            if "authorization" in headers:  # a link in a mail does what no access token may
                message = "This needs a session; sign in with your password."
                raise ForbiddenError(message)
            found = await run_in_threadpool(self._mail.answer, path, held.user_id)
            return JSONResponse(found) if found is not None else _status(404)
        return _status(404)

    async def _forward(self, route: Route, scope: Scope, headers: Headers, receive: Receive, send: Send) -> None:
        service, credential = route.service, None
        if not route.from_anywhere:
            credential = credential_of(headers, secure=self._own_addresses.secure)
            refuse_foreign_site(scope["method"], headers, credential, self._own_addresses)
        if credential is not None:
            credential.check_use(service, scope["method"], scope["path"])
        held = await self._pass(credential)
        changes_account = held is not None and service == "auth" and scope["method"] not in _READING

        async def forget_first(message: Message) -> None:
            # Before the sender knows that a token is revoked, nobody may use it any more.
            if held is not None and changes_account and message["type"] == "http.response.start":
                self._passes.forget(held.user_id)
            await send(message)

        spoken = self._spoken(scope, service, held)
        if service == "auth":  # which limits by the client's address, and must not believe just anybody about it
            spoken.append((GATEWAY_KEY, self._gateway_key.encode()))
        await self._upstreams[service]({**scope, "headers": spoken}, receive, forget_first)

    async def _mcp(self, scope: Scope, headers: Headers, receive: Receive, send: Send) -> None:
        """Hand on what speaks the Model Context Protocol: programs with an access token, never browsers with a session."""
        credential = credential_of(headers, secure=self._own_addresses.secure)
        if credential is None or not credential.is_access_token:
            message = "Send an access token as Authorization: Bearer; make one in the settings."
            raise UnauthorizedError(message, headers={"WWW-Authenticate": "Bearer"})
        held = await self._pass(credential)
        await self._upstreams[_ASSISTANT]({**scope, "headers": self._spoken(scope, _ASSISTANT, held)}, receive, send)

    def _spoken(self, scope: Scope, service: str, held: Pass | None) -> list[tuple[bytes, bytes]]:
        """Return the headers that a service gets."""
        token = held.token_for(service) if held else ""
        if held is not None and not token:  # auth is of a former version, which does not know the service
            message = "This part of Outlay cannot be used at the moment; it is being upgraded. Try again soon."
            raise UnavailableError(message, headers={"Retry-After": "30"})
        spoken = _speak_for(scope, token, proxies=self._proxies)
        if service == _ASSISTANT and held is not None and held.extension:
            spoken.append((_EXTENSION, EXTENSION.encode() + held.extension.encode()))
        return spoken

    async def _pass(self, credential: Credential | None) -> Pass | None:
        if credential is None:
            return None
        held = await self._passes.of(credential.secret)
        if held is None and not credential.from_cookie:
            message = "The access token is unknown, expired or revoked; make a new one in the settings."
            raise UnauthorizedError(message, headers={"WWW-Authenticate": 'Bearer error="invalid_token"'})
        return held

    async def _signed_in(self, headers: Headers) -> Pass:
        held = await self._pass(credential_of(headers, secure=self._own_addresses.secure))
        if held is None:
            message = "Sign in first."
            raise UnauthorizedError(message)
        return held

    async def _events(self, method: str, headers: Headers) -> Response:
        credential = credential_of(headers, secure=self._own_addresses.secure)
        if credential is not None:
            credential.check_use("gateway", method, "/api/v1/events")
        held = await self._signed_in(headers)
        assert credential is not None  # noqa: S101  nobody is signed in without one
        if not held.may_read:
            message = "This needs an access token with the scope read."
            raise ForbiddenError(message)
        if method == "HEAD":  # it would wait for a body that never ends and is never sent
            return Response(media_type="text/event-stream")
        stream = self._hub.open(held.user_id)
        return StreamingResponse(
            self._listen(stream, credential.secret, held.user_id),
            media_type="text/event-stream",
            headers={"X-Accel-Buffering": "no"},
        )

    async def _listen(self, stream: Stream, secret: str, user_id: str) -> AsyncIterator[str]:
        try:
            yield "retry: 1000\n\n"
            while (text := await stream.take(_HEARTBEAT_SECONDS)) is not None:
                if text.startswith(":") and await self._passes.of(secret) is None:
                    return  # signed out or revoked meanwhile
                yield text
            yield _comes_again()
        finally:
            self._hub.leave(user_id, stream)


def _comes_again() -> str:
    """Let a browser whose stream ends because this process does come back soon, and not all browsers at the same moment."""
    return f"retry: {random.randint(*_SOON_MS)}\n\n"  # noqa: S311


def _speak_for(scope: Scope, token: str, *, proxies: int) -> list[tuple[bytes, bytes]]:
    headers = [(name, value) for name, value in scope["headers"] if name not in _REPLACED]
    trace = context.current.get()
    if trace is not None:
        headers = [(name, value) for name, value in headers if name not in (b"x-request-id", b"traceparent")]
        headers += [(b"x-request-id", trace.request_id.encode()), (b"traceparent", trace.traceparent.encode())]
    forwarded = [value.decode("latin-1") for name, value in scope["headers"] if name == b"x-forwarded-for"]
    client = client_address((scope.get("client") or ("",))[0], forwarded, proxies=proxies)
    headers.append((b"x-forwarded-for", client.encode()))
    if token:
        headers.append((b"authorization", b"Bearer " + token.encode()))
    return headers


def _request_id() -> str:
    trace = context.current.get()
    return trace.request_id if trace else ""


def _status(status: int) -> Response:
    details = {404: "Nothing is at this path; /docs lists what there is.", 405: "The path is right, the method is not; see /docs."}
    return _problem(status, status_body(status, details[status], _request_id()), {})


def _problem(status: int, body: dict[str, Any], headers: dict[str, str]) -> Response:
    return Response(json.dumps(body), status, headers=headers, media_type=PROBLEM_JSON)
