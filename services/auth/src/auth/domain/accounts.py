"""Signing up, and what people change about themselves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from auth.domain.address import comparable
from auth.domain.announcements import Announcements
from auth.domain.documents import PendingEvent
from auth.domain.errors import RevisionConflictError, SignedOutError, StaleVersionError, WrongPasswordError
from auth.domain.limits import PASSWORD_CHECKS, SIGN_UPS_OF_CLIENT
from auth.domain.mailed_links import MailedLinks
from auth.domain.passwords import check_password, prepared
from auth.domain.ports import Clock, KnownLocale, Limits, PasswordHashing
from auth.domain.sessions import Sessions, signed_in
from auth.domain.user import Details, User, checked_details
from auth.domain.users import Users


@dataclass(frozen=True, kw_only=True)
class Accounts:
    """The use cases of one's own account."""

    users: Users
    sessions: Sessions
    verifications: MailedLinks
    announcements: Announcements
    hashing: PasswordHashing
    limits: Limits
    known_locale: KnownLocale
    clock: Clock

    def sign_up(self, given: Mapping[str, Any], *, client: str, user_agent: str) -> tuple[User, str]:
        """Make an account, signed in; return it with the secret of its first session.

        Raises:
            UnacceptableError: if a detail or the password cannot be.
            EmailTakenError: if there is an account with this address.
            TooManyAttemptsError: if this client made many.
        """
        details = checked_details(given, self.known_locale)
        check_password(given["password"], email=details["email"], name=details["name"])
        self.limits.hit(SIGN_UPS_OF_CLIENT, client)
        user_id = self.users.reserve(details["email"])
        link = self.verifications.prepare(user_id)
        session, secret = self.sessions.fresh(user_id, user_agent)
        hashed = self.hashing.hash(prepared(given["password"]))
        user = User(id=user_id, password_hash=hashed, created_at=self.clock(), verification=link.kept, **details)
        user = signed_in(user, session)
        welcome = self.announcements.registered(user)
        self.users.create(user, [welcome, self.announcements.verification_requested(user, link.token, link.until)])
        return user, secret

    def me(self, user_id: str) -> User:
        """Return the user; raises SignedOutError if they left."""
        return self.users.require(user_id)

    def change(self, user_id: str, given: Mapping[str, Any], *, expected_version: int) -> User:
        """Change details other than the address. Raises StaleVersionError, UnacceptableError."""
        details = checked_details({key: value for key, value in given.items() if key != "email"}, self.known_locale)

        def step(user: User) -> tuple[User, list[PendingEvent]]:
            return self._changed(user, details, expected_version)

        return self.users.change(self.users.require(user_id), step)

    def change_with_address(self, user_id: str, session_id: str, given: Mapping[str, Any], *, expected_version: int) -> User:
        """Change details and the address, which is to be verified again.

        Raises:
            WrongPasswordError, EmailTakenError, StaleVersionError, UnacceptableError, SignedOutError
        """
        details = checked_details(given, self.known_locale)
        before = self.users.require(user_id)
        if details["email"] == before.email:
            return self.change(user_id, given, expected_version=expected_version)
        if before.version != expected_version:
            raise StaleVersionError
        self.prove(before, session_id, given.get("current_password", ""))
        self.users.reserve(details["email"], owner=user_id)
        try:
            after = self._save_address(before, details, expected_version)
        except (StaleVersionError, SignedOutError, RevisionConflictError):
            self._release(details["email"], unless_of=before)
            raise
        self._release(before.email, unless_of=after)
        return after

    def change_password(self, user_id: str, session_id: str, *, current: str, new: str) -> None:
        """Set another password and end all other sessions. Raises WrongPasswordError, UnacceptableError, SignedOutError."""
        user = self.users.require(user_id)
        check_password(new, email=user.email, name=user.name, pointer="/new_password")
        self.prove(user, session_id, current)
        hashed = self.hashing.hash(prepared(new))

        def step(user: User) -> tuple[User, list[PendingEvent]]:
            self.sessions.require(user, session_id)
            return user.with_new_password(hashed, keeping=session_id), []

        self.users.change(user, step)

    def prove(self, user: User, session_id: str, password: str, *, pointer: str = "/current_password") -> None:
        """Raise unless the session goes on and this is the password: a stolen browser must not take the account over."""
        self.sessions.require(user, session_id)
        self.limits.hit(PASSWORD_CHECKS, user.id)
        if not self.hashing.matches(user.password_hash, prepared(password)):
            raise WrongPasswordError(pointer=pointer)
        self.limits.forgive(PASSWORD_CHECKS, user.id)

    def _save_address(self, before: User, details: Details, expected_version: int) -> User:
        link = self.verifications.prepare(before.id)

        def step(user: User) -> tuple[User, list[PendingEvent]]:
            if user.version != expected_version:
                raise StaleVersionError
            changed = replace(user, email_verified=False, verification=link.kept, reset=None, version=user.version + 1, **details)
            told = self.announcements.changed(changed)
            return changed, [told, self.announcements.verification_requested(changed, link.token, link.until)]

        return self.users.change(before, step)

    def _changed(self, user: User, details: Details, expected_version: int) -> tuple[User, list[PendingEvent]]:
        if user.version != expected_version:
            raise StaleVersionError
        if replace(user, **details) == user:
            return user, []
        changed = replace(user, version=user.version + 1, **details)
        return changed, [self.announcements.changed(changed)]

    def _release(self, email: str, *, unless_of: User) -> None:
        if comparable(email) != comparable(unless_of.email):
            self.users.release(email, owner=unless_of.id)
