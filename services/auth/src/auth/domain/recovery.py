"""What goes by mail: verifying an address, setting a new password."""

from __future__ import annotations

from dataclasses import dataclass, replace

from auth.domain.address_change import AddressChange
from auth.domain.announcements import Announcements
from auth.domain.documents import PendingEvent
from auth.domain.errors import RevisionConflictError, SignedOutError, TooManyAttemptsError
from auth.domain.guesses import Guesses
from auth.domain.limits import LINKS_OF_CLIENT, RESETS_OF_ADDRESS, RESETS_OF_CLIENT
from auth.domain.mail_allowance import MailAllowance
from auth.domain.mailed_links import MailedLinks
from auth.domain.networks import network_of
from auth.domain.passwords import PasswordPolicy, prepared
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
    passwords: PasswordPolicy
    limits: Limits
    mails: MailAllowance
    addresses: AddressChange
    guesses: Guesses

    def request_verification(self, user_id: str, *, client: str) -> None:
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

    def request_reset(self, email: str, *, client: str) -> None:
        """Send a mail to set a new password, if the address is known; whoever asks cannot tell, not even by the time it takes."""
        self.limits.hit(RESETS_OF_CLIENT, network_of(client))
        user = self.users.by_email(email)
        may_be_mailed = self._counted(email, user)
        if user is None:
            self.users.pretend()
        elif may_be_mailed:
            self._mail_reset(user)
        else:
            self.users.pretend_to_save()

    def _counted(self, email: str, user: User | None) -> bool:
        """Count a request; say whether it may lead to a mail. Strangers can ask for anybody, so the owner is not refused."""
        try:
            if user is None or user.email_verified:
                self.limits.hit(RESETS_OF_ADDRESS, self.users.key_of(email))
            else:
                self.mails.spend_to(user.email)
        except TooManyAttemptsError:
            self.users.pretend()  # takes as long as counting
            return False
        return True

    def _mail_reset(self, user: User) -> None:
        link = self.resets.prepare(user.id)

        def step(user: User) -> tuple[User, list[PendingEvent]]:
            changed = replace(user, reset=link.kept)
            return changed, [self.announcements.password_reset_requested(changed, link.token, link.until)]

        try:
            self.users.change(user, step)
        except (SignedOutError, RevisionConflictError):
            return  # an answer of its own would tell that the address is known

    def reset(self, token: str, password: str, *, client: str) -> None:
        """Set a new password, end every session and revoke every access token; raises LinkNotFoundError, UnacceptableError."""
        self.limits.hit(LINKS_OF_CLIENT, network_of(client))
        user = self.resets.user_of(token)
        self.passwords.check(password, email=user.email, name=user.name)
        hashed = self.hashing.hash(prepared(password))

        def step(user: User) -> tuple[User, list[PendingEvent]]:
            self.resets.require(user, token)
            return user.with_new_password(hashed).seen_in(mark), []

        mark = self.users.mark_of(network_of(client))
        changed = self.users.change(user, step)
        self.guesses.lift(self.users.key_of(changed.email))
