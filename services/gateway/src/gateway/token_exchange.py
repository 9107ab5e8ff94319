"""Exchanges secrets for service tokens at auth: with a function call in one process, or over HTTP."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping

import httpx
import jwt
from starlette.concurrency import run_in_threadpool

from chassis.runtime import context
from chassis.runtime.problems import UnauthorizedError, UnavailableError
from chassis.security.gateway_keys import HEADER
from gateway.replicas import READING, ReplicaTransport
from gateway.service_tokens import ServiceTokens

log = logging.getLogger("outlay.gateway")

_HINTS: dict[int, str] = {httpx.codes.FORBIDDEN: "OUTLAY_GATEWAY_KEY differs from that of auth"}
_SIGN_IN_UNAVAILABLE = "Signing in is temporarily unavailable. Try again soon."
_HEDGE_SECONDS = 1.5
"""How long one replica of auth may take before a second one is asked too: signing a token takes milliseconds."""


class DirectTokenExchange:
    """Calls auth's own function in a thread."""

    def __init__(self, exchange: Callable[[str], tuple[Mapping[str, str], int]]) -> None:
        """`exchange` returns service tokens and when they expire; it raises UnauthorizedError for an unknown secret."""
        self._exchange = exchange

    async def __call__(self, secret: str) -> ServiceTokens | None:
        try:
            tokens, _expires_at = await run_in_threadpool(self._exchange, secret)
        except UnauthorizedError:
            return None
        return service_tokens_of(tokens)


class HttpTokenExchange:
    """Calls auth's internal operation."""

    def __init__(self, base_url: str, key: str) -> None:
        """Connect to nothing yet. `key` proves to auth that a gateway asks."""
        self._key = key
        self._client = httpx.AsyncClient(base_url=base_url, timeout=5, transport=ReplicaTransport(hedge_seconds=_HEDGE_SECONDS))

    async def __call__(self, secret: str) -> ServiceTokens | None:
        """Return service tokens, or None; raises UnavailableError if auth does not respond."""
        try:
            response = await self._client.post(
                "/api/v1/internal/tokens",
                json={"secret": secret},
                headers={HEADER: self._key, **_trace()},
                extensions={READING: True},
            )
        except httpx.HTTPError as error:
            raise UnavailableError(_SIGN_IN_UNAVAILABLE, headers={"Retry-After": "5"}) from error
        if response.status_code == httpx.codes.UNAUTHORIZED:
            return None
        if response.status_code != httpx.codes.OK:
            hint = _HINTS.get(response.status_code, "")
            log.error("auth refuses service tokens", extra={"status": response.status_code, "hint": hint})
            raise UnavailableError(_SIGN_IN_UNAVAILABLE, headers={"Retry-After": "5"})
        body = response.json()
        return service_tokens_of(body.get("tokens", {}), shared=body["token"])

    async def close(self) -> None:
        await self._client.aclose()


def service_tokens_of(tokens: Mapping[str, str], *, shared: str = "") -> ServiceTokens:
    """Read the claims of tokens. They come from auth itself; services check their signatures, not the gateway.

    `shared` is used only if auth is of an earlier version, which has no token for each service.
    """
    claims = jwt.decode(next(iter(tokens.values()), shared), options={"verify_signature": False})
    may_read = "read" in claims["scope"].split()
    user_id = claims["sub"]
    book_id = claims.get("book", user_id)  # tokens of versions before books have none
    return ServiceTokens(tokens, user_id, float(claims["exp"]), book_id, may_read=may_read, shared="" if tokens else shared)


def _trace() -> dict[str, str]:
    trace = context.current.get()
    return {"x-request-id": trace.request_id, "traceparent": trace.traceparent} if trace else {}
