"""Signing in with address and password."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from auth.credentials.password_policy import prepared
from auth.errors import SignedOutError, WrongCredentialsError
from auth.rate_limits.failed_sign_ins import Guesses
from auth.rate_limits.limits import SIGN_INS_AT_ONCE, SIGN_INS_OF_CLIENT
from auth.rate_limits.network import network_of
from auth.sessions.service import Sessions, signed_in
from auth.store.document import PendingEvent
from auth.store.ports import Limits, PasswordHashing
from auth.users.model import User
from auth.users.store import Users


@dataclass(frozen=True, kw_only=True)
class SignIn:
    """Checks credentials in the same time whether or not the address is known."""

    users: Users
    sessions: Sessions
    hashing: PasswordHashing
    limits: Limits
    guesses: Guesses

    def __call__(self, email: str, password: str, *, client: str, user_agent: str) -> tuple[User, str]:
        """Return the user and the secret of a new session.

        Raises:
            WrongCredentialsError: without saying which of the two is wrong.
            TooManyAttemptsError: if too many were tried from this network, or for this address from networks its owner never used.
        """
        address, network = self.users.key_of(email), network_of(client)
        self.limits.hit(SIGN_INS_OF_CLIENT, network)
        self.limits.hit(SIGN_INS_AT_ONCE, f"{address} {network}")
        user = self.users.by_email(email)
        mark = self.guesses.fingerprint(network)
        known = user is not None and mark in user.networks
        noted = self.guesses.allow(address, network, known=known)
        if not self.hashing.matches(user.password_hash if user else None, prepared(password)) or user is None:
            self.guesses.count(address, network, known=known)
            raise WrongCredentialsError
        self.limits.forgive(SIGN_INS_AT_ONCE, f"{address} {network}")
        begun = self._begun(user, password, user_agent, mark)
        self.guesses.forgive(noted, network)
        return begun

    def _begun(self, user: User, password: str, user_agent: str, mark: str) -> tuple[User, str]:
        session, secret = self.sessions.fresh(user.id, user_agent)
        checked = user.password_hash
        hashed = self.hashing.hash(prepared(password)) if self.hashing.outdated(checked) else checked

        def step(user: User) -> tuple[User, Sequence[PendingEvent]]:
            if user.password_hash == checked:
                return signed_in(replace(user.seen_in(mark), password_hash=hashed), session), ()
            # It was changed at this very moment, or only hashed anew by another sign-in.
            if not self.hashing.matches(user.password_hash, prepared(password)):
                raise WrongCredentialsError
            return signed_in(user.seen_in(mark), session), ()

        try:
            return self.users.change(user, step), secret
        except SignedOutError as error:
            raise WrongCredentialsError from error
