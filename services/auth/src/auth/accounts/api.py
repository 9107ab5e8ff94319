"""Operations on accounts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from auth.accounts.deletion import Leaving
from auth.accounts.service import Accounts
from auth.accounts.verification import EmailVerification
from auth.sessions.cookie import SessionCookie
from auth.users.json import user_json
from auth.users.secret import user_id_in
from chassis.runtime.problems import InvalidRequestError
from chassis.web.request import Request, Response, etag


@dataclass(frozen=True, kw_only=True)
class AccountsApi:
    """One method for each operationId. An access token may read and change the profile; everything else needs a session."""

    accounts: Accounts
    verification: EmailVerification
    deletion: Leaving
    cookie: SessionCookie

    def create_user(self, request: Request, body: dict[str, Any]) -> Response:
        """Sign up and sign in."""
        user, secret = self.accounts.sign_up(body, client=request.client_address, user_agent=request.user_agent)
        return user_json(user), 201, self.cookie.holding(secret)

    def get_me(self, request: Request) -> Response:
        """Return the caller's account."""
        user = self.accounts.me(request.caller.user_id)
        return user_json(user), 200, etag(user.version)

    def change_me(self, request: Request, body: dict[str, Any]) -> Response:
        """Change the caller's account; a new email address needs a session and the password."""
        request.notes["changed"] = " ".join(sorted(body.keys() - {"current_password"}))
        version = request.expected_version
        if "email" in body:
            caller = request.require_session()
            user = self.accounts.change_with_address(
                caller.user_id, caller.session_id, body, client=request.client_address, expected_version=version
            )
        else:
            user = self.accounts.change(request.caller.user_id, body, expected_version=version)
        return user_json(user), 200, etag(user.version)

    def delete_me(self, request: Request) -> Response:
        """Delete the caller's account and clear the cookie."""
        caller = request.require_session()
        self.deletion(caller.user_id, caller.session_id, _password_in(request))
        return None, 204, self.cookie.emptied()

    def request_verification(self, request: Request) -> Response:
        """Send the verification email again."""
        self.verification.request(request.require_session().user_id, client=request.client_address)
        return None, 202, {}

    def verify_email(self, request: Request, token: str) -> Response:
        """Verify the address that the emailed token was sent to."""
        request.notes["account_id"] = user_id_in(token)
        self.verification.verify(token, client=request.client_address)
        return None, 204, {}


def _password_in(request: Request) -> str:
    try:
        return unquote(request.headers.get("X-Current-Password", ""), errors="strict")
    except UnicodeDecodeError as error:
        message = "X-Current-Password is not percent-encoded UTF-8."
        raise InvalidRequestError(message) from error
