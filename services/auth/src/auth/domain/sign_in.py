"""Signing in with address and password."""

from __future__ import annotations

from dataclasses import dataclass, replace

from auth.domain.errors import RevisionConflictError, SignedOutError, WrongCredentialsError
from auth.domain.limits import FAILED_SIGN_INS, SIGN_INS_OF_CLIENT
from auth.domain.passwords import prepared
from auth.domain.ports import Limits, PasswordHashing
from auth.domain.user import User
from auth.domain.users import Users


@dataclass(frozen=True, kw_only=True)
class SignIn:
    """Checks credentials in the same time whether or not the address is known."""

    users: Users
    hashing: PasswordHashing
    limits: Limits

    def __call__(self, email: str, password: str, *, client: str) -> User:
        """Return the user.

        Raises:
            WrongCredentialsError: without saying which of the two is wrong.
            TooManyAttemptsError: if this client or for this address too many were tried.
        """
        address = self.users.key_of(email)
        self.limits.hit(SIGN_INS_OF_CLIENT, client)
        # Counted before the check, so that many at a time cannot pass it; forgiven if it was right.
        self.limits.hit(FAILED_SIGN_INS, address)
        user = self.users.by_email(email)
        if not self.hashing.matches(user.password_hash if user else None, prepared(password)) or user is None:
            raise WrongCredentialsError
        self.limits.forgive(FAILED_SIGN_INS, address)
        return self._refreshed(user, password) if self.hashing.outdated(user.password_hash) else user

    def _refreshed(self, user: User, password: str) -> User:
        hashed = self.hashing.hash(prepared(password))
        try:
            # Unless it was changed at this very moment: then the old password must not come back.
            return self.users.change(
                user.id, lambda now: (replace(now, password_hash=hashed) if now.password_hash == user.password_hash else now, [])
            )
        except (RevisionConflictError, SignedOutError):
            return user  # the next sign-in does it
