"""Signing in with a password, and checking, changing and resetting it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from auth.credentials.emailed_links import EmailedLinks
from auth.credentials.password_hashing import Argon2Hashing
from auth.credentials.password_policy import check_password, prepared
from auth.errors import RevisionConflictError, SignedOutError, TooManyAttemptsError, WrongCredentialsError, WrongPasswordError
from auth.rate_limits.counting import RateLimits
from auth.rate_limits.email_allowance import EmailAllowance
from auth.rate_limits.failed_sign_ins import FailedSignIns
from auth.rate_limits.limits import (
    LINKS_PER_CLIENT,
    PASSWORD_CHECKS,
    RESETS_PER_ADDRESS,
    RESETS_PER_CLIENT,
    SIGN_INS_PER_CLIENT,
    SIMULTANEOUS_SIGN_INS,
)
from auth.rate_limits.network import network_of
from auth.sessions.service import Sessions
from auth.store.ports import Now
from auth.users.events import UserEvents
from auth.users.model import User
from auth.users.secret import SESSION_PREFIX, digest, new_secret
from auth.users.store import Users
from auth.users.unit_of_work import UserUnitOfWork


@dataclass(frozen=True, kw_only=True, slots=True)
class PasswordChange:
    """A new password, and the current one as proof."""

    current: str = field(repr=False)
    new: str = field(repr=False)
    revoke_tokens: bool = False


@dataclass(frozen=True, kw_only=True)
class Credentials:
    """The use cases of passwords."""

    users: Users
    sessions: Sessions
    resets: EmailedLinks
    events: UserEvents
    hashing: Argon2Hashing
    limits: RateLimits
    emails: EmailAllowance
    failed_sign_ins: FailedSignIns
    now: Now

    def sign_in(self, email: str, password: str, *, client: str, user_agent: str) -> tuple[User, str]:
        """Return the user and the secret of a new session. Takes the same time whether or not the address is known.

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

    def check(self, user: User, session_id: str, password: str, *, pointer: str = "/current_password") -> None:
        """Make sure that the session is active and the password right, so that a stolen browser cannot take over the account.

        Raises WrongPasswordError, SignedOutError, TooManyAttemptsError.
        """
        user.require_session(session_id, self.now())
        self.limits.hit(PASSWORD_CHECKS, user.id)
        if not self.hashing.matches(user.password_hash, prepared(password)):
            raise WrongPasswordError(pointer=pointer)
        self.limits.clear(PASSWORD_CHECKS, user.id)

    def change_password(self, user_id: str, session_id: str, change: PasswordChange) -> str:
        """Set another password and end all other sessions, and all access tokens if asked to; return this session's new secret.

        Raises WrongPasswordError, UnacceptableError, SignedOutError, TooManyAttemptsError.
        """
        user = self.users.require(user_id)
        check_password(change.new, email=user.email, name=user.name, pointer="/new_password")
        self.check(user, session_id, change.current)
        hashed, secret = self.hashing.hash(prepared(change.new)), new_secret(user_id, SESSION_PREFIX)

        def set_password(uow: UserUnitOfWork) -> None:
            uow.user.require_session(session_id, self.now())
            # A copy of this session's former secret must be worth nothing.
            session = replace(uow.user.session(session_id, self.now()), digest=digest(secret))
            renewed = uow.user.with_replaced(session)
            uow.user = renewed.with_new_password(hashed, keeping=session_id, revoke_tokens=change.revoke_tokens)

        self.users.run(user, set_password)
        return secret

    def request_reset(self, email: str, *, client: str) -> None:
        """Send an email to set a new password, if the address is known. Not even the time that it takes tells which are."""
        self.limits.hit(RESETS_PER_CLIENT, network_of(client))
        user = self.users.by_email(email)
        may_email = self._count_reset(email, user)
        if user is None:
            self.users.simulate_lookup_and_save()
        elif may_email:
            self._send_reset(user)
        else:
            self.users.simulate_save()

    def reset(self, token: str, password: str, *, client: str) -> None:
        """Set a new password, end every session and revoke every access token.

        Raises LinkNotFoundError, UnacceptableError, TooManyAttemptsError.
        """
        network = network_of(client)
        self.limits.hit(LINKS_PER_CLIENT, network)
        user = self.resets.user_of(token)
        check_password(password, email=user.email, name=user.name)
        hashed, network_key = self.hashing.hash(prepared(password)), self.users.network_key(network)

        def set_password(uow: UserUnitOfWork) -> None:
            self.resets.require(uow.user, token)
            uow.user = uow.user.with_new_password(hashed).seen_in(network_key)

        changed = self.users.run(user, set_password)
        self.failed_sign_ins.clear(self.users.email_key(changed.email))

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

    def _count_reset(self, email: str, user: User | None) -> bool:
        """Count a request; return whether an email may be sent. Anybody can ask for anybody, so the owner is not refused."""
        try:
            if user is None or user.email_verified:
                self.limits.hit(RESETS_PER_ADDRESS, self.users.email_key(email))
            else:
                self.emails.spend_to(user.email)
        except TooManyAttemptsError:
            self.users.simulate_lookup_and_save()  # takes as long as counting
            return False
        return True

    def _send_reset(self, user: User) -> None:
        link = self.resets.new(user.id)

        def store_link(uow: UserUnitOfWork) -> None:
            uow.user = replace(uow.user, reset=link.stored)
            self.events.password_reset_requested(uow, link)

        try:
            self.users.run(user, store_link)
        except (SignedOutError, RevisionConflictError):
            return  # another response would reveal that the address is known
