"""Service tokens that come back as credentials: what the assistant does for its caller."""

from __future__ import annotations

from dataclasses import dataclass, replace

from auth.errors import InvalidSecretError, SessionNotFoundError, TokenNotFoundError
from auth.service_tokens.signing import read
from auth.service_tokens.signing_keys import SigningKeys
from auth.store.ports import Now
from auth.users.model import User
from auth.users.store import Users
from chassis.security.tokens import Caller


@dataclass(frozen=True, kw_only=True)
class Delegation:
    """Accepts a service token that is sent back, while it and what it was made from are valid."""

    users: Users
    keys: SigningKeys
    now: Now

    def caller_of(self, token: str, *, audience: str) -> tuple[User, Caller, float]:
        """Return the user, the caller with the scopes that are still granted, and when the token expires.

        Raises InvalidSecretError. Costs one read.
        """
        caller, expires_at = read(token, public_key=self.keys.public, audience=audience)
        user = self.users.get(caller.user_id) if expires_at > self.now() else None
        if user is None:
            raise InvalidSecretError
        scopes = caller.scopes & self._granted(user, caller)
        if not scopes:
            raise InvalidSecretError
        return user, replace(caller, scopes=scopes), expires_at

    def _granted(self, user: User, caller: Caller) -> frozenset[str]:
        """Return what the session or access token may do now; raises InvalidSecretError if it has ended."""
        try:
            if caller.kind == "session":
                user.session(caller.session_id, self.now())
                return caller.scopes
            return frozenset(user.token(caller.session_id, self.now()).scopes)
        except (SessionNotFoundError, TokenNotFoundError) as error:
            raise InvalidSecretError from error
