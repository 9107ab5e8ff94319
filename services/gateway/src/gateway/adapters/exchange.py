"""Asks auth for service tokens: directly in one process, or over HTTP."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import httpx
import jwt
from starlette.concurrency import run_in_threadpool

from chassis.runtime import context
from chassis.runtime.problems import UnauthorizedError, UnavailableError
from chassis.security.gateway_keys import HEADER
from gateway.adapters.replicas import READING, Replicas
from gateway.domain.passes import Pass

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


log = logging.getLogger("outlay.gateway")

_HINTS = {403: "OUTLAY_GATEWAY_KEY is another one here than in auth"}
_PATIENCE_SECONDS = 1.5
"""How long one replica of auth may take before another one is asked too: signing a token is a matter of milliseconds."""


class DirectExchange:
    """Calls auth's own function in a thread."""

    def __init__(self, exchange: Callable[[str], tuple[Mapping[str, str], int]]) -> None:
        """`exchange` returns service tokens and when they expire; it raises UnauthorizedError for an unknown secret."""
        self._exchange = exchange

    async def __call__(self, secret: str) -> Pass | None:
        """Return a pass, or None."""
        try:
            tokens, _expires_at = await run_in_threadpool(self._exchange, secret)
        except UnauthorizedError:
            return None
        return pass_of(tokens)


class HttpExchange:
    """Calls auth's internal operation."""

    def __init__(self, base_url: str, key: str) -> None:
        """Connect to nothing yet. `key` proves to auth that a gateway asks."""
        self._key = key
        self._client = httpx.AsyncClient(base_url=base_url, timeout=5, transport=Replicas(patience=_PATIENCE_SECONDS))

    async def __call__(self, secret: str) -> Pass | None:
        """Return a pass, or None; raises UnavailableError if auth does not answer."""
        try:
            answer = await self._client.post(
                "/api/v1/internal/tokens",
                json={"secret": secret},
                headers={HEADER: self._key, **_trace()},
                extensions={READING: True},
            )
        except httpx.HTTPError as error:
            message = "Nobody can be signed in for the moment; try again soon."
            raise UnavailableError(message, headers={"Retry-After": "5"}) from error
        if answer.status_code == httpx.codes.UNAUTHORIZED:
            return None
        if answer.status_code != httpx.codes.OK:
            hint = _HINTS.get(answer.status_code, "")
            log.error("auth gives no service tokens", extra={"status": answer.status_code, "hint": hint})
            message = "Nobody can be signed in for the moment; try again soon."
            raise UnavailableError(message, headers={"Retry-After": "5"})
        body = answer.json()
        return pass_of(body.get("tokens", {}), shared=body["token"])

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()


def pass_of(tokens: Mapping[str, str], *, shared: str = "") -> Pass:
    """Read whom tokens speak for. They come from auth itself, so the services check their signatures, not the gateway.

    `shared` counts only where auth, of a former version, gives no token for each service.
    """
    claims = jwt.decode(next(iter(tokens.values()), shared), options={"verify_signature": False})
    may_read = "read" in claims["scope"].split()
    return Pass(tokens, claims["sub"], float(claims["exp"]), may_read=may_read, shared="" if tokens else shared)


def _trace() -> dict[str, str]:
    trace = context.current.get()
    return {"x-request-id": trace.request_id, "traceparent": trace.traceparent} if trace else {}
