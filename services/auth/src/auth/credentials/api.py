"""Operations on credentials: sign in, change and reset the password."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from auth.credentials.service import Credentials, PasswordChange
from auth.sessions.cookie import SessionCookie
from auth.users.json import user_json
from auth.users.secret import user_id_in
from chassis.web.request import Request, Response


@dataclass(frozen=True, kw_only=True)
class CredentialsApi:
    """One method for each operationId. An access token may not change the password."""

    credentials: Credentials
    cookie: SessionCookie

    def sign_in(self, request: Request, body: dict[str, Any]) -> Response:
        email = str(body["email"])
        request.notes["address"] = self.credentials.users.audit_key(email)
        user, secret = self.credentials.sign_in(
            email, body["password"], client=request.client_address, user_agent=request.user_agent
        )
        return user_json(user), HTTPStatus.CREATED, self.cookie.holding(secret)

    def change_password(self, request: Request, body: dict[str, Any]) -> Response:
        """Set another password; this session gets a new cookie."""
        caller = request.require_session()
        change = PasswordChange(
            current=body["current_password"], new=body["new_password"], revoke_tokens=body.get("revoke_tokens", False)
        )
        secret = self.credentials.change_password(caller.user_id, caller.session_id, change)
        return None, HTTPStatus.NO_CONTENT, self.cookie.holding(secret)

    def request_password_reset(self, request: Request, body: dict[str, Any]) -> Response:
        email = str(body["email"])
        request.notes["address"] = self.credentials.users.audit_key(email)
        self.credentials.request_reset(email, client=request.client_address)
        return None, HTTPStatus.ACCEPTED, {}

    def reset_password(self, request: Request, token: str, body: dict[str, Any]) -> Response:
        request.notes["account_id"] = user_id_in(token)
        self.credentials.reset(token, body["password"], client=request.client_address)
        return None, HTTPStatus.NO_CONTENT, {}
