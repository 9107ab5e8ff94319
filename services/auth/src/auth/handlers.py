"""The operations of openapi.yaml: arguments in, (body, status, headers) out."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import unquote

from auth.cookie import SessionCookie
from auth.domain.access_tokens import AccessTokens
from auth.domain.accounts import Accounts
from auth.domain.errors import SessionNotFoundError
from auth.domain.exchange import Exchange
from auth.domain.keys import KeyRing
from auth.domain.leaving import Leaving
from auth.domain.recovery import Recovery
from auth.domain.secret import user_id_in
from auth.domain.sessions import Sessions
from auth.domain.sign_in import SignIn
from auth.domain.user import User
from auth.views import service_tokens_view, session_view, token_view, user_view
from chassis.runtime.problems import InvalidRequestError
from chassis.web.request import Request, Response, etag

Body = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Handlers:
    """One method for each operationId. What touches the account's security asks for a session: an access token may not."""

    accounts: Accounts
    signing_in: SignIn
    sessions: Sessions
    tokens: AccessTokens
    recovery: Recovery
    leaving: Leaving
    exchange: Exchange
    keys: KeyRing
    cookie: SessionCookie

    def create_user(self, request: Request, body: Body) -> Response:
        """Sign up and in."""
        user, secret = self.accounts.sign_up(body, client=request.client_address, user_agent=request.user_agent)
        return user_view(user), 201, self.cookie.holding(secret)

    def get_me(self, request: Request) -> Response:
        """Read oneself."""
        user = self.accounts.me(request.caller.user_id)
        return user_view(user), 200, etag(user.version)

    def change_me(self, request: Request, body: Body) -> Response:
        """Change oneself; a new address needs a session and the password."""
        request.notes["changed"] = " ".join(sorted(body.keys() - {"current_password"}))
        version = request.expected_version
        if "email" in body:
            caller = request.require_session()
            user = self.accounts.change_with_address(
                caller.user_id, caller.session_id, body, client=request.client_address, expected_version=version
            )
        else:
            user = self.accounts.change(request.caller.user_id, body, expected_version=version)
        return user_view(user), 200, etag(user.version)

    def delete_me(self, request: Request) -> Response:
        """Leave; the cookie goes too."""
        caller = request.require_session()
        self.leaving(caller.user_id, caller.session_id, _password_in(request))
        return None, 204, self.cookie.emptied()

    def change_password(self, request: Request, body: Body) -> Response:
        """Set another password; the cookie of this session is replaced."""
        caller = request.require_session()
        secret = self.accounts.change_password(
            caller.user_id,
            caller.session_id,
            current=body["current_password"],
            new=body["new_password"],
            revoke_tokens=body.get("revoke_tokens", False),
        )
        return None, 204, self.cookie.holding(secret)

    def request_verification(self, request: Request) -> Response:
        """Send the verification mail again."""
        self.recovery.request_verification(request.require_session().user_id, client=request.client_address)
        return None, 202, {}

    def verify_email(self, request: Request, token: str) -> Response:
        """Take the link of the verification mail."""
        request.notes["account_id"] = user_id_in(token) or ""
        self.recovery.verify(token, client=request.client_address)
        return None, 204, {}

    def request_password_reset(self, request: Request, body: Body) -> Response:
        """Send a mail to set a new password."""
        request.notes["address"] = self._address_mark(body["email"])
        self.recovery.request_reset(body["email"], client=request.client_address)
        return None, 202, {}

    def reset_password(self, request: Request, token: str, body: Body) -> Response:
        """Take the link of that mail."""
        request.notes["account_id"] = user_id_in(token) or ""
        self.recovery.reset(token, body["password"], client=request.client_address)
        return None, 204, {}

    def sign_in(self, request: Request, body: Body) -> Response:
        """Sign in."""
        request.notes["address"] = self._address_mark(body["email"])
        client, user_agent = request.client_address, request.user_agent
        user, secret = self.signing_in(body["email"], body["password"], client=client, user_agent=user_agent)
        return user_view(user), 201, self.cookie.holding(secret)

    def get_current_session(self, request: Request) -> Response:
        """Read the session of this request."""
        caller = request.require_session()
        return self.get_session(request, caller.session_id)

    def sign_out(self, request: Request) -> Response:
        """Sign out; whoever is signed out already is so again."""
        caller = request.require_session()
        with suppress(SessionNotFoundError):
            self.sessions.end(self.accounts.me(caller.user_id), caller.session_id)
        return None, 204, self.cookie.emptied()

    def list_sessions(self, request: Request) -> Response:
        """Read where one is signed in."""
        caller, user = request.require_session(), self._secured(request)
        return {"items": [session_view(session, current_id=caller.session_id) for session in self.sessions.of(user)]}, 200, {}

    def get_session(self, request: Request, session_id: str) -> Response:
        """Read one session."""
        caller = request.require_session()
        session = self.sessions.get(self.accounts.me(caller.user_id), session_id)
        return session_view(session, current_id=caller.session_id), 200, {}

    def revoke_session(self, request: Request, session_id: str) -> Response:
        """Sign out somewhere else."""
        request.notes["ended_session_id"] = session_id
        self.sessions.end(self._secured(request), session_id)
        return None, 204, {}

    def list_tokens(self, request: Request) -> Response:
        """Read one's access tokens."""
        return {"items": [token_view(token) for token in self.tokens.of(self._secured(request))]}, 200, {}

    def create_token(self, request: Request, body: Body) -> Response:
        """Make an access token and show its secret this once."""
        user = self._secured(request)
        self.accounts.prove(user, request.caller.session_id, body["current_password"])
        expires_at = _expiry(body["expires_at"]) if "expires_at" in body else self.tokens.usual_expiry()
        token, secret = self.tokens.create(user, name=body["name"], scopes=body["scopes"], expires_at=expires_at)
        request.notes["token_id"], request.notes["scopes"] = token.id, " ".join(token.scopes)
        return {**token_view(token), "token": secret}, 201, {}

    def get_token(self, request: Request, token_id: str) -> Response:
        """Read one access token."""
        return token_view(self.tokens.get(self._secured(request), token_id)), 200, {}

    def revoke_token(self, request: Request, token_id: str) -> Response:
        """Revoke an access token."""
        request.notes["token_id"] = token_id
        self.tokens.revoke(self._secured(request), token_id)
        return None, 204, {}

    def exchange_token(self, request: Request, body: Body) -> Response:
        """Give a gateway service tokens."""
        request.require_gateway()
        return service_tokens_view(self.exchange(body["secret"])), 200, {}

    def get_jwks(self, _request: Request) -> Response:
        """Publish the keys."""
        return self.keys.jwks(), 200, {}

    def _address_mark(self, email: str) -> str:
        """Return what stands for an address in the security log: the same for the same address, and not to be turned back."""
        return self.signing_in.users.key_of(email)[:16]

    def _secured(self, request: Request) -> User:
        """Return the user, if the request comes from a session that has not ended since its service token was made."""
        caller = request.require_session()
        user = self.accounts.me(caller.user_id)
        self.sessions.require(user, caller.session_id)
        return user


def _expiry(given: str | None) -> datetime | None:
    return datetime.fromisoformat(given) if given else None


def _password_in(request: Request) -> str:
    try:
        return unquote(request.headers.get("X-Current-Password", ""), errors="strict")
    except UnicodeDecodeError as error:
        message = "X-Current-Password is not percent-encoded UTF-8."
        raise InvalidRequestError(message) from error
