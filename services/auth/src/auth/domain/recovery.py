"""What goes by mail: verifying an address, setting a new password."""

from __future__ import annotations

from dataclasses import dataclass, replace

from auth.domain.announcements import Announcements
from auth.domain.documents import PendingEvent
from auth.domain.errors import RevisionConflictError, SignedOutError
from auth.domain.limits import LINKS_OF_CLIENT, RESETS_OF_ADDRESS, RESETS_OF_CLIENT, VERIFICATION_MAILS
from auth.domain.mailed_links import MailedLinks
from auth.domain.passwords import check_password, prepared
from auth.domain.ports import Limits, PasswordHashing
from auth.domain.user import User
from auth.domain.users import Users


@dataclass(frozen=True, kw_only=True)
class Recovery:
    """Asks for mails and takes what their links bring back."""

    users: Users
    verifications: MailedLinks
    resets: MailedLinks
    announcements: Announcements
    hashing: PasswordHashing
    limits: Limits

    def request_verification(self, user_id: str) -> None:
        """Send the mail again; the link of the former one ends. Nothing happens if the address is verified."""
        user = self.users.require(user_id)
        if user.email_verified:
            return
        self.limits.hit(VERIFICATION_MAILS, user_id)
        link = self.verifications.prepare(user_id)

        def step(user: User) -> tuple[User, list[PendingEvent]]:
            changed = replace(user, verification=link.kept)
            return changed, [self.announcements.verification_requested(changed, link.token, link.until)]

        self.users.change(user, step)

    def verify(self, token: str, *, client: str) -> None:
        """Verify the address that the link was sent to; raises LinkNotFoundError."""
        self.limits.hit(LINKS_OF_CLIENT, client)

        def step(user: User) -> tuple[User, list[PendingEvent]]:
            self.verifications.require(user, token)
            return user.verified(), [self.announcements.changed(user.verified())]

        self.users.change(self.verifications.user_of(token), step)

    def request_reset(self, email: str, *, client: str) -> None:
        """Send a mail to set a new password, if the address is known; whoever asks cannot tell, not even by the time it takes."""
        self.limits.hit(RESETS_OF_CLIENT, client)
        self.limits.hit(RESETS_OF_ADDRESS, self.users.key_of(email))
        user = self.users.by_email(email)
        if user is None:
            self.users.pretend()
            return
        link = self.resets.prepare(user.id)

        def step(user: User) -> tuple[User, list[PendingEvent]]:
            changed = replace(user, reset=link.kept)
            return changed, [self.announcements.password_reset_requested(changed, link.token, link.until)]

        try:
            self.users.change(user, step)
        except (SignedOutError, RevisionConflictError):
            return  # an answer of its own would tell that the address is known

    def reset(self, token: str, password: str, *, client: str) -> None:
        """Set a new password and end every session; raises LinkNotFoundError, UnacceptableError."""
        self.limits.hit(LINKS_OF_CLIENT, client)
        user = self.resets.user_of(token)
        check_password(password, email=user.email, name=user.name)
        hashed = self.hashing.hash(prepared(password))

        def step(user: User) -> tuple[User, list[PendingEvent]]:
            self.resets.require(user, token)
            return user.with_new_password(hashed), []

        self.users.change(user, step)
