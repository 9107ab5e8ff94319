"""Operations on personal access tokens."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

from auth.access_tokens.service import AccessTokens, NewAccessToken
from auth.users.access_token import AccessToken
from chassis.runtime.clock import to_wire
from chassis.web.request import Request, Response


@dataclass(frozen=True, kw_only=True)
class AccessTokensApi:
    """One method for each operationId. All need a session: an access token may not manage access tokens."""

    tokens: AccessTokens

    def list_tokens(self, request: Request) -> Response:
        return {"items": [token_json(token) for token in self.tokens.list_of(request.require_session())]}, HTTPStatus.OK, {}

    def create_token(self, request: Request, body: dict[str, Any]) -> Response:
        """Create an access token; only this response contains its secret."""
        token, secret = self.tokens.create(request.require_session(), self._wanted(body))
        request.notes["token_id"], request.notes["scopes"] = token.id, " ".join(token.scopes)
        return {**token_json(token), "token": secret}, HTTPStatus.CREATED, {}

    def get_token(self, request: Request, token_id: str) -> Response:
        return token_json(self.tokens.get(request.require_session(), token_id)), HTTPStatus.OK, {}

    def revoke_token(self, request: Request, token_id: str) -> Response:
        request.notes["token_id"] = token_id
        self.tokens.revoke(request.require_session(), token_id)
        return None, HTTPStatus.NO_CONTENT, {}

    def _wanted(self, body: dict[str, Any]) -> NewAccessToken:
        given = body.get("expires_at")
        expires_at = datetime.fromisoformat(given) if given else None
        return NewAccessToken(
            name=body["name"],
            scopes=tuple(body["scopes"]),
            expires_at=expires_at if "expires_at" in body else self.tokens.default_expiry(),
            current_password=body["current_password"],
        )


def token_json(token: AccessToken) -> dict[str, Any]:
    """Return a Token as in openapi.yaml, without its secret."""
    return {
        "id": token.id,
        "name": token.name,
        "scopes": list(token.scopes),
        "created_at": to_wire(token.created_at),
        "last_used_at": to_wire(token.last_used_at) if token.last_used_at else None,
        "expires_at": to_wire(datetime.fromtimestamp(token.expires_at, UTC)) if token.expires_at else None,
    }
