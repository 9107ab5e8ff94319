"""Signing in with address and password."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from auth.domain.documents import PendingEvent
from auth.domain.errors import SignedOutError, WrongCredentialsError
from auth.domain.limits import FAILED_SIGN_INS, SIGN_INS_OF_CLIENT
from auth.domain.passwords import prepared
from auth.domain.ports import Limits, PasswordHashing
from auth.domain.sessions import Sessions, signed_in
from auth.domain.user import User
from auth.domain.users import Users


@dataclass(frozen=True, kw_only=True)
class SignIn:
    """Checks credentials in the same time whether or not the address is known."""

    users: Users
    sessions: Sessions
    hashing: PasswordHashing
    limits: Limits

    def __call__(self, email: str, password: str, *, client: str, user_agent: str) -> tuple[User, str]:
        """Return the user and the secret of a new session.

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
        return self._begun(user, password, user_agent)

    def _begun(self, user: User, password: str, user_agent: str) -> tuple[User, str]:
        session, secret = self.sessions.fresh(user.id, user_agent)
        checked = user.password_hash
        hashed = self.hashing.hash(prepared(password)) if self.hashing.outdated(checked) else checked

        def step(user: User) -> tuple[User, Sequence[PendingEvent]]:
            if user.password_hash == checked:
                return signed_in(replace(user, password_hash=hashed), session), ()
            # It was changed at this very moment, or only hashed anew by another sign-in.
            if not self.hashing.matches(user.password_hash, prepared(password)):
                raise WrongCredentialsError
            return signed_in(user, session), ()

        try:
            return self.users.change(user, step), secret
        except SignedOutError as error:
            raise WrongCredentialsError from error
