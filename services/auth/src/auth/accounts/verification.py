"""Verifying an email address by the link that was sent to it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from auth.accounts.email_change import EmailChange
from auth.credentials.emailed_links import EmailedLinks
from auth.rate_limits.email_allowance import EmailAllowance
from auth.rate_limits.limits import LINKS_PER_CLIENT
from auth.rate_limits.network import network_of
from auth.rate_limits.store import SharedRateLimits
from auth.users.events import UserEvents
from auth.users.store import Users
from auth.users.unit_of_work import UserUnitOfWork


@dataclass(frozen=True, kw_only=True)
class EmailVerification:
    """Sends verification links and follows them."""

    users: Users
    verifications: EmailedLinks
    events: UserEvents
    limits: SharedRateLimits
    emails: EmailAllowance
    email_change: EmailChange

    def request(self, user_id: str, *, client: str) -> None:
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

    def verify(self, token: str, *, client: str) -> None:
        """Verify the address that the link was sent to; raises LinkNotFoundError, EmailTakenError, TooManyAttemptsError."""
        self.limits.hit(LINKS_PER_CLIENT, network_of(client))
        self.email_change.follow(token)
