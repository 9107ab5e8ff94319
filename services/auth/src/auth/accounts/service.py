"""Signing up, and what people change about themselves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from auth.accounts.email_change import AddressChange
from auth.credentials.emailed_links import MailedLinks
from auth.credentials.password_policy import PasswordPolicy, prepared
from auth.credentials.service import Credentials
from auth.errors import EmailTakenError, StaleVersionError, TooManyAttemptsError
from auth.rate_limits.email_allowance import MailAllowance
from auth.rate_limits.limits import SIGN_UPS_OF_CLIENT
from auth.rate_limits.network import network_of
from auth.sessions.service import Sessions, signed_in
from auth.store.document import Document, PendingEvent
from auth.store.ports import Clock, KnownLocale, Limits, PasswordHashing
from auth.users.events import Announcements
from auth.users.model import Details, User, checked_details
from auth.users.store import Users


@dataclass(frozen=True, kw_only=True)
class Accounts:
    """The use cases of one's own account."""

    users: Users
    sessions: Sessions
    credentials: Credentials
    verifications: MailedLinks
    announcements: Announcements
    hashing: PasswordHashing
    passwords: PasswordPolicy
    limits: Limits
    mails: MailAllowance
    addresses: AddressChange
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
        self.passwords.check(given["password"], email=details["email"], name=details["name"])
        network = network_of(client)
        self.limits.hit(SIGN_UPS_OF_CLIENT, network)
        claim = self._claimed(details["email"], network)
        user_id = claim.user_id
        link = self.verifications.prepare(user_id)
        session, secret = self.sessions.fresh(user_id, user_agent)
        hashed = self.hashing.hash(prepared(given["password"]))
        user = User(id=user_id, password_hash=hashed, created_at=self.clock(), verification=link.kept, **details)
        user = signed_in(user.seen_in(self.users.mark_of(network)), session)
        welcome = self.announcements.registered(user)
        created = self.users.create(user, [welcome, self.announcements.verification_requested(user, link.token, link.until)])
        self._confirm_or_withdraw(claim, created)
        return created, secret

    def me(self, user_id: str) -> User:
        """Return the user; raises SignedOutError if they left."""
        return self.users.require(user_id)

    def change(self, user_id: str, given: Mapping[str, Any], *, expected_version: int) -> User:
        """Change details other than the address. Raises StaleVersionError, UnacceptableError."""
        details = checked_details({key: value for key, value in given.items() if key != "email"}, self.known_locale)

        def step(user: User) -> tuple[User, list[PendingEvent]]:
            return self._changed(user, details, expected_version)

        return self.users.change(self.users.require(user_id), step)

    def change_with_address(
        self, user_id: str, session_id: str, given: Mapping[str, Any], *, client: str, expected_version: int
    ) -> User:
        """Change details, and the address once the link that is sent to the new one was followed.

        Raises:
            WrongPasswordError, EmailTakenError, StaleVersionError, UnacceptableError, SignedOutError, TooManyAttemptsError
        """
        details = checked_details(given, self.known_locale)
        before = self.users.require(user_id)
        if details["email"] == before.email:
            return self.change(user_id, given, expected_version=expected_version)
        if before.version != expected_version:
            raise StaleVersionError
        self.credentials.prove(before, session_id, given.get("current_password", ""))
        holder = self.users.by_email(details["email"])
        if holder is not None and holder.id != user_id:
            raise EmailTakenError
        self.mails.spend(account=user_id, to=details["email"], network=network_of(client))
        return self.addresses.request(before, details, expected_version)

    def _changed(self, user: User, details: Details, expected_version: int) -> tuple[User, list[PendingEvent]]:
        if user.version != expected_version:
            raise StaleVersionError
        if replace(user, **details) == user:
            return user, []
        changed = replace(user, version=user.version + 1, **details)
        return changed, [self.announcements.changed(changed)]

    def _claimed(self, email: str, network: str) -> Document:
        """Claim an address and count the mail that it gets: an address that is taken gets none, so that none is counted."""
        claim = self.users.claims.take(email)
        try:
            self.mails.spend(to=email, network=network)
        except TooManyAttemptsError:
            self.users.claims.release(email, owner=claim.user_id)
            raise
        return claim

    def _confirm_or_withdraw(self, claim: Document, user: User) -> None:
        """Raise EmailTakenError, and take back what was made, if somebody else got the address meanwhile."""
        try:
            self.users.claims.confirm(claim)
        except EmailTakenError:
            self.users.clear(self.users.bury(user, self.announcements.deleted(user.id)))
            raise
