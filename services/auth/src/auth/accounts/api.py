"""Operations on accounts."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import unquote

from auth.accounts.deletion import AccountDeletion
from auth.accounts.email_verification import EmailVerification
from auth.accounts.service import Accounts, NewAccount
from auth.sessions.cookie import SessionCookie
from auth.users.email_address import normalised
from auth.users.json import user_json
from auth.users.model import ProfileChange
from auth.users.secret import user_id_in
from chassis.runtime.problems import InvalidRequestError
from chassis.web.request import Request, Response, etag


@dataclass(frozen=True, kw_only=True)
class AccountsApi:
    """One method for each operationId. An access token may read and change the profile; everything else needs a session."""

    accounts: Accounts
    verification: EmailVerification
    deletion: AccountDeletion
    cookie: SessionCookie

    def create_user(self, request: Request, body: dict[str, Any]) -> Response:
        user, secret = self.accounts.sign_up(_new_account(body), client=request.client_address, user_agent=request.user_agent)
        return user_json(user), HTTPStatus.CREATED, self.cookie.holding(secret)

    def get_me(self, request: Request) -> Response:
        user = self.accounts.get(request.caller.user_id)
        return user_json(user), HTTPStatus.OK, etag(user.version)

    def change_me(self, request: Request, body: dict[str, Any]) -> Response:
        """Change the caller's account; a new email address needs a session and the password."""
        request.notes["changed"] = " ".join(sorted(body.keys() - {"current_password"}))
        version, change = request.expected_version, profile_change(body)
        if "email" in body:
            user = self.accounts.change_email(
                request.require_session(),
                normalised(body["email"]),
                change,
                current_password=body.get("current_password", ""),
                client=request.client_address,
                expected_version=version,
            )
        else:
            user = self.accounts.change_profile(request.caller.user_id, change, expected_version=version)
        return user_json(user), HTTPStatus.OK, etag(user.version)

    def delete_me(self, request: Request) -> Response:
        self.deletion.delete(request.require_session(), _password_in(request))
        return None, HTTPStatus.NO_CONTENT, self.cookie.cleared()

    def request_verification(self, request: Request) -> Response:
        self.verification.request_verification(request.require_session().user_id, client=request.client_address)
        return None, HTTPStatus.ACCEPTED, {}

    def verify_email(self, request: Request, token: str) -> Response:
        request.notes["account_id"] = user_id_in(token)
        self.verification.follow(token, client=request.client_address)
        return None, HTTPStatus.NO_CONTENT, {}


def _new_account(body: dict[str, Any]) -> NewAccount:
    profile = profile_change(body)
    return NewAccount(email=normalised(body["email"]), password=body["password"], name=profile.name or "", profile=profile)


def profile_change(body: dict[str, Any]) -> ProfileChange:
    values = {name: body[name].strip() for name in ("name", "home_currency", "time_zone", "locale") if name in body}
    if "locale" in values:
        values["locale"] = values["locale"].replace("_", "-")
    return ProfileChange(**values)


def _password_in(request: Request) -> str:
    try:
        return unquote(request.headers.get("X-Current-Password", ""), errors="strict")
    except UnicodeDecodeError as error:
        raise InvalidRequestError("X-Current-Password is not percent-encoded UTF-8.") from error
