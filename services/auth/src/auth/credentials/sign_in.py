"""Signing in with email address and password."""

from __future__ import annotations

from dataclasses import dataclass, replace

from auth.credentials.password_hashing import Argon2Hashing
from auth.credentials.password_policy import prepared
from auth.errors import SignedOutError, WrongCredentialsError
from auth.rate_limits.failed_sign_ins import FailedSignIns
from auth.rate_limits.limits import SIGN_INS_PER_CLIENT, SIMULTANEOUS_SIGN_INS
from auth.rate_limits.network import network_of
from auth.rate_limits.store import SharedRateLimits
from auth.sessions.service import Sessions
from auth.users.model import User
from auth.users.store import Users
from auth.users.unit_of_work import UserUnitOfWork


@dataclass(frozen=True, kw_only=True)
class SignIn:
    """Checks credentials in the same time whether or not the address is known."""

    users: Users
    sessions: Sessions
    hashing: Argon2Hashing
    limits: SharedRateLimits
    failed_sign_ins: FailedSignIns

    def __call__(self, email: str, password: str, *, client: str, user_agent: str) -> tuple[User, str]:
        """Return the user and the secret of a new session.

        Raises:
            WrongCredentialsError: without saying which of the two is wrong.
            TooManyAttemptsError: if too many were tried from this network, or for this address from networks its owner never used.
        """
        address, network = self.users.email_key(email), network_of(client)
        self.limits.hit(SIGN_INS_PER_CLIENT, network)
        self.limits.hit(SIMULTANEOUS_SIGN_INS, f"{address} {network}")
        user = self.users.by_email(email)
        network_key = self.users.network_key(network)
        known = user is not None and network_key in user.networks
        failures = self.failed_sign_ins.check(address, network, known=known)
        if not self.hashing.matches(user.password_hash if user else None, prepared(password)) or user is None:
            self.failed_sign_ins.record(address, network, known=known)
            raise WrongCredentialsError
        self.limits.clear(SIMULTANEOUS_SIGN_INS, f"{address} {network}")
        signed_in = self._begin_session(user, password, user_agent, network_key)
        self.failed_sign_ins.forgive(failures, network)
        return signed_in

    def _begin_session(self, user: User, password: str, user_agent: str, network_key: str) -> tuple[User, str]:
        session, secret = self.sessions.new(user.id, user_agent)
        checked = user.password_hash
        hashed = self.hashing.hash(prepared(password)) if self.hashing.is_outdated(checked) else checked

        def begin(uow: UserUnitOfWork) -> None:
            present = uow.user
            if present.password_hash == checked:
                present = replace(present, password_hash=hashed)
            elif not self.hashing.matches(present.password_hash, prepared(password)):
                raise WrongCredentialsError  # it was changed at this moment, and not only rehashed by another sign-in
            uow.user = present.seen_in(network_key).with_session(session)

        try:
            return self.users.run(user, begin), secret
        except SignedOutError as error:
            raise WrongCredentialsError from error
