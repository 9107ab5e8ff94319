"""Operations on passwords: sign in, change, reset."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from auth.credentials.service import Credentials
from auth.credentials.sign_in import SignIn
from auth.sessions.cookie import SessionCookie
from auth.users.json import user_json
from auth.users.secret import user_id_in
from chassis.web.request import Request, Response


@dataclass(frozen=True, kw_only=True)
class CredentialsApi:
    """One method for each operationId."""

    signing_in: SignIn
    credentials: Credentials
    cookie: SessionCookie

    def sign_in(self, request: Request, body: dict[str, Any]) -> Response:
        """Sign in with email address and password."""
        request.notes["address"] = self.credentials.users.audit_key(body["email"])
        client, user_agent = request.client_address, request.user_agent
        user, secret = self.signing_in(body["email"], body["password"], client=client, user_agent=user_agent)
        return user_json(user), 201, self.cookie.holding(secret)

    def change_password(self, request: Request, body: dict[str, Any]) -> Response:
        """Set a new password; this session gets a new cookie."""
        caller = request.require_session()
        secret = self.credentials.change_password(
            caller.user_id,
            caller.session_id,
            current=body["current_password"],
            new=body["new_password"],
            revoke_tokens=body.get("revoke_tokens", False),
        )
        return None, 204, self.cookie.holding(secret)

    def request_password_reset(self, request: Request, body: dict[str, Any]) -> Response:
        """Send an email with a link to set a new password."""
        request.notes["address"] = self.credentials.users.audit_key(body["email"])
        self.credentials.request_reset(body["email"], client=request.client_address)
        return None, 202, {}

    def reset_password(self, request: Request, token: str, body: dict[str, Any]) -> Response:
        """Set a new password with the emailed token."""
        request.notes["account_id"] = user_id_in(token)
        self.credentials.reset(token, body["password"], client=request.client_address)
        return None, 204, {}
