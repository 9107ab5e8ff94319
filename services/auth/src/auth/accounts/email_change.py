"""Changing the address: the new one counts once the link that was sent to it is followed; until then the old one stays in force."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import cast

from auth.credentials.emailed_links import MailedLinks
from auth.errors import EmailTakenError, LinkNotFoundError, StaleVersionError
from auth.store.document import Document, PendingEvent
from auth.users.email_address import comparable
from auth.users.events import Announcements
from auth.users.model import Details, PendingAddress, User
from auth.users.store import Users


@dataclass(frozen=True, kw_only=True)
class AddressChange:
    """Claims the new address only when it is proved, so that nobody keeps others from signing up with theirs."""

    users: Users
    verifications: MailedLinks
    changes: MailedLinks
    announcements: Announcements

    def request(self, before: User, details: Details, expected_version: int) -> User:
        """Send a link to the address in `details`, and tell the present one; raises StaleVersionError, SignedOutError."""
        link = self.changes.prepare(before.id)
        pending = PendingAddress(details["email"], link.kept)
        others = cast("Details", {name: value for name, value in details.items() if name != "email"})

        def step(user: User) -> tuple[User, list[PendingEvent]]:
            if user.version != expected_version:
                raise StaleVersionError
            changed = replace(user, pending=pending, version=user.version + 1, **others)
            news = self.announcements.changed(changed)
            mail = self.announcements.verification_requested(changed, link.token, link.until, to=pending.email)
            # An address that nobody has verified may be somebody else's.
            warning = [self.announcements.email_change_requested(changed)] if user.email_verified else []
            return changed, [news, mail, *warning]

        return self.users.change(before, step)

    def follow(self, token: str) -> User:
        """Take the link of a verification mail; raises LinkNotFoundError, and EmailTakenError if somebody else has the address."""
        user = self.users.named_in(token)
        if user is None:
            raise LinkNotFoundError
        return self._complete(user, token) if self.changes.fits(user, token) else self._confirm(user, token)

    def _confirm(self, user: User, token: str) -> User:
        def step(user: User) -> tuple[User, list[PendingEvent]]:
            self.verifications.require(user, token)
            return user.verified(), [self.announcements.changed(user.verified())]

        return self.users.change(user, step)

    def _complete(self, before: User, token: str) -> User:
        new = before.pending.email if before.pending else before.email

        def step(user: User) -> tuple[User, list[PendingEvent]]:
            self.changes.require(user, token)
            changed = replace(user.verified(), email=new, pending=None, reset=None)
            return changed, [self.announcements.changed(changed)]

        claim = self.users.claims.take(new, owner=before.id)
        try:
            after = self.users.change(before, step)
        except Exception:
            if comparable(new) != comparable(before.email):
                self.users.claims.release(new, owner=before.id)
            raise
        self._confirm_or_go_back(claim, before, after)
        if comparable(before.email) != comparable(after.email):
            self.users.claims.release(before.email, owner=before.id)
        return after

    def _confirm_or_go_back(self, claim: Document, before: User, after: User) -> None:
        """Raise EmailTakenError, with the former address in place, if somebody else got the new one meanwhile."""

        def step(user: User) -> tuple[User, list[PendingEvent]]:
            if user.email != after.email:
                return user, []
            former = replace(user, email=before.email, email_verified=before.email_verified, version=user.version + 1)
            return former, [self.announcements.changed(former)]

        try:
            self.users.claims.confirm(claim)
        except EmailTakenError:
            self.users.change(after, step)
            raise
