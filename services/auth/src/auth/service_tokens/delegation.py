"""Credentials that are service tokens themselves: what the assistant does for whoever asked it."""

from __future__ import annotations

from dataclasses import dataclass

from auth.access_tokens.service import AccessTokens
from auth.errors import InvalidSecretError, SessionNotFoundError, TokenNotFoundError
from auth.service_tokens.signing_keys import KeyRing
from auth.sessions.service import Sessions
from auth.store.ports import Now, ReadToken, Signatures
from auth.users.model import User
from auth.users.store import Users


@dataclass(frozen=True, kw_only=True)
class Delegation:
    """Tells for whom a service token speaks that was sent back, as long as it lives and what it was made from does too."""

    users: Users
    sessions: Sessions
    tokens: AccessTokens
    keys: KeyRing
    signatures: Signatures
    now: Now

    def of(self, token: str, *, audience: str) -> tuple[User, ReadToken]:
        """Return the user and what the token says; raises InvalidSecretError. Costs one read.

        Its scopes are those of the token that are still granted.
        """
        read = self.signatures.read(token, key_of=self.keys.public, audience=audience)
        user = self.users.get(read.user_id) if read.expires_at > self.now() else None
        if user is None:
            raise InvalidSecretError
        granted = read.scopes & self._granted(user, read)
        if not granted:
            raise InvalidSecretError
        return user, ReadToken(read.user_id, read.session_id, read.kind, granted, read.expires_at)

    def _granted(self, user: User, read: ReadToken) -> frozenset[str]:
        """Return what the session or access token may do now; raises InvalidSecretError if it has ended."""
        try:
            if read.kind == "session":
                self.sessions.get(user, read.session_id)
                return read.scopes
            return frozenset(self.tokens.get(user, read.session_id).scopes)
        except (SessionNotFoundError, TokenNotFoundError) as error:
            raise InvalidSecretError from error
