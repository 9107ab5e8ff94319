"""Accounts: sign up, read and change the profile."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from auth.accounts.email_verification import EmailVerification
from auth.books.model import Book
from auth.credentials.emailed_links import EmailedLinks
from auth.credentials.password_hashing import Argon2Hashing
from auth.credentials.password_policy import check_password, prepared
from auth.credentials.service import Credentials
from auth.errors import EmailTakenError, StaleVersionError, TooManyAttemptsError
from auth.rate_limits.counting import RateLimits
from auth.rate_limits.email_allowance import EmailAllowance
from auth.rate_limits.limits import SIGN_UPS_PER_CLIENT
from auth.rate_limits.network import network_of
from auth.sessions.service import Sessions
from auth.store.document import Document
from auth.users.events import UserEvents
from auth.users.model import ProfileChange, User
from auth.users.store import Users
from auth.users.unit_of_work import UserUnitOfWork
from chassis.runtime.clock import Clock
from chassis.security.tokens import Caller


@dataclass(frozen=True, kw_only=True, slots=True)
class NewAccount:
    """What somebody who signs up has entered. `email` is normalised; `profile` has at least a name."""

    email: str = field(repr=False)
    password: str = field(repr=False)
    name: str
    profile: ProfileChange


@dataclass(frozen=True, kw_only=True)
class Accounts:
    """The use cases of a person's own account."""

    users: Users
    sessions: Sessions
    credentials: Credentials
    verifications: EmailedLinks
    events: UserEvents
    hashing: Argon2Hashing
    limits: RateLimits
    emails: EmailAllowance
    email_verification: EmailVerification
    known_locale: Callable[[str], bool]
    clock: Clock

    def sign_up(self, wanted: NewAccount, *, client: str, user_agent: str) -> tuple[User, str]:
        """Create an account that is signed in; return it with the secret of its first session.

        Raises:
            UnacceptableError: if a detail or the password cannot be used.
            EmailTakenError: if there is an account with this address.
            TooManyAttemptsError: if this client has created many.
        """
        wanted.profile.check(self.known_locale)
        check_password(wanted.password, email=wanted.email, name=wanted.name)
        network = network_of(client)
        self.limits.hit(SIGN_UPS_PER_CLIENT, network)
        claim = self._claim(wanted.email, network)
        link = self.verifications.new(claim.user_id)
        session, secret = self.sessions.new(claim.user_id, user_agent)
        user = User(
            id=claim.user_id,
            email=wanted.email,
            name=wanted.name,
            password_hash=self.hashing.hash(prepared(wanted.password)),
            created_at=self.clock(),
            book=Book.owned_by(claim.user_id),
            verification=link.stored,
        )
        user = wanted.profile.apply(user).seen_in(self.users.network_key(network)).with_session(session)

        def publish(uow: UserUnitOfWork) -> None:
            self.events.registered(uow)
            self.events.book_changed(uow)
            self.events.verification_requested(uow, link)

        created = self.users.create(user, publish)
        self._confirm_or_withdraw(claim, created)
        return created, secret

    def get(self, user_id: str) -> User:
        """Return the user; raises SignedOutError if the account was deleted."""
        return self.users.require(user_id)

    def change_profile(self, user_id: str, change: ProfileChange, *, expected_version: int) -> User:
        """Change the profile. Raises StaleVersionError, UnacceptableError, SignedOutError."""
        change.check(self.known_locale)
        return self._change_profile(self.users.require(user_id), change, expected_version)

    def change_email(
        self, caller: Caller, email: str, change: ProfileChange, *, current_password: str, client: str, expected_version: int
    ) -> User:
        """Change the profile now, and the address once the link that is sent to the new one is followed.

        Raises:
            WrongPasswordError, EmailTakenError, StaleVersionError, UnacceptableError, SignedOutError, TooManyAttemptsError
        """
        change.check(self.known_locale)
        user = self.users.require(caller.user_id)
        if email == user.email:
            return self._change_profile(user, change, expected_version)
        if user.version != expected_version:
            raise StaleVersionError
        self.credentials.check(user, caller.session_id, current_password)
        holder = self.users.by_email(email)
        if holder is not None and holder.id != user.id:
            raise EmailTakenError
        self.emails.spend(account=user.id, to=email, network=network_of(client))
        return self.email_verification.request_change(user, email, change, expected_version)

    def _change_profile(self, user: User, change: ProfileChange, expected_version: int) -> User:
        def apply(uow: UserUnitOfWork) -> None:
            uow.user.require_version(expected_version)
            changed = change.apply(uow.user)
            if changed != uow.user:
                uow.user = changed.with_next_version()
                self.events.changed(uow)

        return self.users.run(user, apply)

    def _claim(self, email: str, network: str) -> Document:
        """Claim an address and count the email that it gets. An address that is taken gets none, so none is counted."""
        claim = self.users.claims.take(email)
        try:
            self.emails.spend(to=email, network=network)
        except TooManyAttemptsError:
            self.users.claims.release(email, owner=claim.user_id)
            raise
        return claim

    def _confirm_or_withdraw(self, claim: Document, user: User) -> None:
        """Raise EmailTakenError, and delete the new account, if somebody else got the address meanwhile."""
        try:
            self.users.claims.confirm(claim)
        except EmailTakenError:
            self.users.finish_deletion(self.users.delete(user))
            raise
