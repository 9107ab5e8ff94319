"""Verifying and changing the email address.

A new address counts once the link that was sent to it is followed; until then the old one does.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from auth.credentials.emailed_links import EmailedLinks
from auth.errors import EmailTakenError, LinkNotFoundError
from auth.rate_limits.counting import RateLimits
from auth.rate_limits.email_allowance import EmailAllowance
from auth.rate_limits.limits import LINKS_PER_CLIENT
from auth.rate_limits.network import network_of
from auth.store.document import Document
from auth.users.email_address import comparable
from auth.users.events import UserEvents
from auth.users.model import PendingEmail, ProfileChange, User
from auth.users.store import Users
from auth.users.unit_of_work import UserUnitOfWork


@dataclass(frozen=True, kw_only=True)
class EmailVerification:
    """Claims the new address only when it is confirmed, so that one account cannot block the address of another person."""

    users: Users
    verifications: EmailedLinks
    changes: EmailedLinks
    events: UserEvents
    limits: RateLimits
    emails: EmailAllowance

    def request_change(self, user: User, email: str, change: ProfileChange, expected_version: int) -> User:
        """Change the profile, send a link to the new address and warn the current one; raises StaleVersionError, SignedOutError."""
        link = self.changes.new(user.id)

        def store_link(uow: UserUnitOfWork) -> None:
            uow.user.require_version(expected_version)
            changed = change.apply(uow.user).with_next_version()
            uow.user = replace(changed, pending=PendingEmail(email, link.stored))
            self.events.changed(uow)
            self.events.verification_requested(uow, link, to=email)
            if uow.user.email_verified:  # an unverified address may be somebody else's
                self.events.email_change_requested(uow)

        return self.users.run(user, store_link)

    def request_verification(self, user_id: str, *, client: str) -> None:
        """Send the email again, which ends the former link; does nothing if the address is verified."""
        user = self.users.require(user_id)
        if user.email_verified:
            return
        self.emails.spend(account=user_id, to=user.email, network=network_of(client))
        link = self.verifications.new(user_id)

        def store_link(uow: UserUnitOfWork) -> None:
            uow.user = replace(uow.user, verification=link.stored)
            self.events.verification_requested(uow, link)

        self.users.run(user, store_link)

    def follow(self, token: str, *, client: str) -> User:
        """Follow the link of a verification email; raises LinkNotFoundError, EmailTakenError, TooManyAttemptsError."""
        self.limits.hit(LINKS_PER_CLIENT, network_of(client))
        user = self.users.named_in(token)
        if user is None:
            raise LinkNotFoundError
        return self._complete(user, token) if self.changes.fits(user, token) else self._verify(user, token)

    def _verify(self, user: User, token: str) -> User:
        def verify(uow: UserUnitOfWork) -> None:
            self.verifications.require(uow.user, token)
            uow.user = uow.user.verified()
            self.events.changed(uow)

        return self.users.run(user, verify)

    def _complete(self, before: User, token: str) -> User:
        email = before.pending.email if before.pending else before.email

        def change(uow: UserUnitOfWork) -> None:
            self.changes.require(uow.user, token)
            uow.user = replace(uow.user.verified(), email=email, pending=None, reset=None)
            self.events.changed(uow)

        claim = self.users.claims.take(email, owner=before.id)
        try:
            after = self.users.run(before, change)
        except Exception:
            if comparable(email) != comparable(before.email):
                self.users.claims.release(email, owner=before.id)
            raise
        self._confirm_or_go_back(claim, before, after)
        if comparable(before.email) != comparable(after.email):
            self.users.claims.release(before.email, owner=before.id)
        return after

    def _confirm_or_go_back(self, claim: Document, before: User, after: User) -> None:
        """Raise EmailTakenError, with the former address in place, if somebody else got the new one meanwhile."""

        def go_back(uow: UserUnitOfWork) -> None:
            if uow.user.email == after.email:
                former = replace(uow.user, email=before.email, email_verified=before.email_verified)
                uow.user = former.with_next_version()
                self.events.changed(uow)

        try:
            self.users.claims.confirm(claim)
        except EmailTakenError:
            self.users.run(after, go_back)
            raise
