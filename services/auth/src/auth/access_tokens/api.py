"""Operations on personal access tokens."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from auth.access_tokens.service import AccessTokens
from auth.credentials.service import Credentials
from auth.sessions.service import Sessions
from auth.users.access_token import AccessToken
from auth.users.model import User
from chassis.runtime.clock import to_wire
from chassis.web.request import Request, Response


@dataclass(frozen=True, kw_only=True)
class AccessTokensApi:
    """One method for each operationId. All need a session: an access token may not manage access tokens."""

    tokens: AccessTokens
    sessions: Sessions
    credentials: Credentials

    def list_tokens(self, request: Request) -> Response:
        """List the caller's access tokens."""
        return {"items": [token_json(token) for token in self.tokens.of(self._user(request))]}, 200, {}

    def create_token(self, request: Request, body: dict[str, Any]) -> Response:
        """Create an access token; only this response contains its secret."""
        user = self._user(request)
        self.credentials.prove(user, request.caller.session_id, body["current_password"])
        expires_at = _expiry(body["expires_at"]) if "expires_at" in body else self.tokens.usual_expiry()
        token, secret = self.tokens.create(user, name=body["name"], scopes=body["scopes"], expires_at=expires_at)
        request.notes["token_id"], request.notes["scopes"] = token.id, " ".join(token.scopes)
        return {**token_json(token), "token": secret}, 201, {}

    def get_token(self, request: Request, token_id: str) -> Response:
        """Return one access token."""
        return token_json(self.tokens.get(self._user(request), token_id)), 200, {}

    def revoke_token(self, request: Request, token_id: str) -> Response:
        """Revoke an access token."""
        request.notes["token_id"] = token_id
        self.tokens.revoke(self._user(request), token_id)
        return None, 204, {}

    def _user(self, request: Request) -> User:
        return self.sessions.signed_in_user(request.require_session())


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


def _expiry(given: str | None) -> datetime | None:
    return datetime.fromisoformat(given) if given else None
