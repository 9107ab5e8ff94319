"""Operations for gateways and services: exchange a secret for service tokens, publish the keys."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

from auth.service_tokens.service import ServiceTokens, TokenExchange
from auth.service_tokens.signing_keys import SigningKeys
from chassis.runtime.clock import to_wire
from chassis.web.request import Request, Response


@dataclass(frozen=True, kw_only=True)
class ServiceTokensApi:
    """One method for each operationId."""

    exchange: TokenExchange
    keys: SigningKeys

    def exchange_token(self, request: Request, body: dict[str, Any]) -> Response:
        """Exchange the secret of a session or access token for service tokens."""
        request.require_gateway()
        made = self.exchange.exchange(body["secret"], book_id=body.get("book_id", ""))
        return service_tokens_json(made), HTTPStatus.OK, {}

    def get_jwks(self, _request: Request) -> Response:
        return self.keys.jwks(), HTTPStatus.OK, {}


def service_tokens_json(made: ServiceTokens) -> dict[str, Any]:
    expires_at = to_wire(datetime.fromtimestamp(made.expires_at, UTC))
    return {"token": made.shared, "tokens": dict(made.tokens), "expires_at": expires_at}
