"""Asks auth for service tokens: directly in one process, or over HTTP."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx
import jwt
from starlette.concurrency import run_in_threadpool

from chassis import context
from chassis.problems import UnauthorizedError, UnavailableError
from gateway.adapters.replicas import REPEATABLE, Replicas
from gateway.domain.passes import Pass

if TYPE_CHECKING:
    from collections.abc import Callable


class DirectExchange:
    """Calls auth's own function in a thread."""

    def __init__(self, exchange: Callable[[str], tuple[str, int]]) -> None:
        """`exchange` returns a service token and when it expires; it raises UnauthorizedError for an unknown secret."""
        self._exchange = exchange

    async def __call__(self, secret: str) -> Pass | None:
        """Return a pass, or None."""
        try:
            token, _expires_at = await run_in_threadpool(self._exchange, secret)
        except UnauthorizedError:
            return None
        return pass_of(token)


class HttpExchange:
    """Calls auth's internal operation."""

    def __init__(self, base_url: str) -> None:
        """Connect to nothing yet."""
        self._client = httpx.AsyncClient(base_url=base_url, timeout=5, transport=Replicas())

    async def __call__(self, secret: str) -> Pass | None:
        """Return a pass, or None; raises UnavailableError if auth does not answer."""
        try:
            answer = await self._client.post(
                "/api/v1/internal/tokens", json={"secret": secret}, headers=_trace(), extensions={REPEATABLE: True}
            )
        except httpx.HTTPError as error:
            message = "Nobody can be signed in for the moment; try again soon."
            raise UnavailableError(message, headers={"Retry-After": "5"}) from error
        if answer.status_code == httpx.codes.UNAUTHORIZED:
            return None
        if answer.status_code != httpx.codes.OK:
            message = "Nobody can be signed in for the moment; try again soon."
            raise UnavailableError(message, headers={"Retry-After": "5"})
        return pass_of(answer.json()["token"])

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()


def pass_of(token: str) -> Pass:
    """Read whom a token speaks for. It comes from auth itself, so the services check its signature, not the gateway."""
    claims = jwt.decode(token, options={"verify_signature": False})
    return Pass(token, claims["sub"], float(claims["exp"]))


def _trace() -> dict[str, str]:
    trace = context.current.get()
    return {"x-request-id": trace.request_id, "traceparent": trace.traceparent} if trace else {}
