"""Passes requests on to services: with a token for the sender, and without anything that only the gateway may say."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chassis.runtime import context
from chassis.runtime.problems import UnauthorizedError, UnavailableError
from chassis.security.gateway_keys import HEADER
from chassis.web.scopes import SAFE_METHODS
from gateway.addresses import Addresses
from gateway.caller_tokens import CallerTokens
from gateway.client_address import client_address
from gateway.credentials import EXTENSION, EXTENSION_HEADER, refuse_foreign_site
from gateway.routes import Route
from gateway.service_tokens import ServiceTokens

ASSISTANT = "assistant"
_AUTH = "auth"
_GATEWAY_KEY = HEADER.lower().encode()
_EXTENSION = EXTENSION_HEADER.encode()
# Senders' own values of these are dropped: they say who sends a request, and from where.
_REPLACED = frozenset(
    {_GATEWAY_KEY, _EXTENSION, b"authorization", b"cookie", b"x-forwarded-for", b"x-forwarded-proto", b"forwarded"}
)
_TRACE = frozenset({b"x-request-id", b"traceparent"})


class Forwarder:
    """Passes requests on to the services."""

    def __init__(
        self, upstreams: Mapping[str, ASGIApp], caller_tokens: CallerTokens, addresses: Addresses, *, gateway_key: str, proxies: int
    ) -> None:
        """`gateway_key` proves to auth that this is a gateway. `proxies` is how many proxies add to X-Forwarded-For."""
        self._upstreams, self._caller_tokens, self._addresses = upstreams, caller_tokens, addresses
        self._gateway_key, self._proxies = gateway_key.encode(), proxies

    @property
    def has_assistant(self) -> bool:
        return ASSISTANT in self._upstreams

    def client_of(self, scope: Scope) -> str:
        """Return the address of the client, as the proxies in front saw it."""
        forwarded = [value.decode("latin-1") for name, value in scope["headers"] if name == b"x-forwarded-for"]
        return client_address((scope.get("client") or ("",))[0], forwarded, proxies=self._proxies)

    async def forward(self, route: Route, scope: Scope, headers: Headers, receive: Receive, send: Send) -> None:
        """Pass a request on to the service of its route.

        Raises:
            UnauthorizedError: if its access token is not valid.
            ForeignSiteError: if another site made a browser send it.
            WrongUseError: if its credential is not for this operation.
            UnavailableError: if auth gives no token for this service.
        """
        service, method = route.service, scope["method"]
        credential = None
        if not route.from_anywhere:
            credential = self._caller_tokens.credential(headers)
            refuse_foreign_site(method, headers, credential, self._addresses)
        if credential is not None:
            credential.check_use(service, method, scope["path"])
        tokens = await self._caller_tokens.tokens_of(credential)
        if tokens is not None and service == _AUTH and method not in SAFE_METHODS:
            send = self._forgetting(tokens.user_id, send)
        await self._send(service, tokens, scope, receive, send)

    async def forward_mcp(self, scope: Scope, headers: Headers, receive: Receive, send: Send) -> None:
        """Pass on the Model Context Protocol of programs with an access token; raises UnauthorizedError without one."""
        credential = self._caller_tokens.credential(headers)
        if credential is None or not credential.is_access_token:
            message = "Send an access token as Authorization: Bearer; make one in the settings."
            raise UnauthorizedError(message, headers={"WWW-Authenticate": "Bearer"})
        await self._send(ASSISTANT, await self._caller_tokens.tokens_of(credential), scope, receive, send)

    def _forgetting(self, user_id: str, send: Send) -> Send:
        """Drop a user's service tokens before the sender is told that a session or token is revoked."""

        async def forget_first(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._caller_tokens.forget(user_id)
            await send(message)

        return forget_first

    async def _send(self, service: str, tokens: ServiceTokens | None, scope: Scope, receive: Receive, send: Send) -> None:
        headers = self._headers(service, tokens, scope)
        await self._upstreams[service]({**scope, "headers": headers}, receive, send)

    def _headers(self, service: str, tokens: ServiceTokens | None, scope: Scope) -> list[tuple[bytes, bytes]]:
        trace = context.current.get()
        dropped = _REPLACED | _TRACE if trace else _REPLACED
        headers = [(name, value) for name, value in scope["headers"] if name not in dropped]
        if trace is not None:
            headers += [(b"x-request-id", trace.request_id.encode()), (b"traceparent", trace.traceparent.encode())]
        headers.append((b"x-forwarded-for", self.client_of(scope).encode()))
        if tokens is not None:
            headers += _identity(service, tokens)
        if service == _AUTH:  # it limits requests by client address, so it must know which addresses to believe
            headers.append((_GATEWAY_KEY, self._gateway_key))
        return headers


def _identity(service: str, tokens: ServiceTokens) -> list[tuple[bytes, bytes]]:
    token = tokens.token_for(service)
    if not token:  # auth is of an earlier version, which does not know the service
        raise UnavailableError("This part of Outlay is being upgraded. Try again soon.", headers={"Retry-After": "30"})
    headers = [(b"authorization", b"Bearer " + token.encode())]
    if service == ASSISTANT and tokens.extension:
        headers.append((_EXTENSION, EXTENSION.encode() + tokens.extension.encode()))
    return headers
