"""Verifying an email address by the link that was sent to it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from auth.accounts.email_change import AddressChange
from auth.credentials.emailed_links import MailedLinks
from auth.rate_limits.email_allowance import MailAllowance
from auth.rate_limits.limits import LINKS_OF_CLIENT
from auth.rate_limits.network import network_of
from auth.store.document import PendingEvent
from auth.store.ports import Limits
from auth.users.events import Announcements
from auth.users.model import User
from auth.users.store import Users


@dataclass(frozen=True, kw_only=True)
class EmailVerification:
    """Sends verification links and follows them."""

    users: Users
    verifications: MailedLinks
    announcements: Announcements
    limits: Limits
    mails: MailAllowance
    addresses: AddressChange

    def request(self, user_id: str, *, client: str) -> None:
        """Send the mail again; the link of the former one ends. Nothing happens if the address is verified."""
        user = self.users.require(user_id)
        if user.email_verified:
            return
        self.mails.spend(account=user_id, to=user.email, network=network_of(client))
        link = self.verifications.prepare(user_id)

        def step(user: User) -> tuple[User, list[PendingEvent]]:
            changed = replace(user, verification=link.kept)
            return changed, [self.announcements.verification_requested(changed, link.token, link.until)]

        self.users.change(user, step)

    def verify(self, token: str, *, client: str) -> None:
        """Verify the address that the link was sent to; raises LinkNotFoundError, EmailTakenError."""
        self.limits.hit(LINKS_OF_CLIENT, network_of(client))
        self.addresses.follow(token)
