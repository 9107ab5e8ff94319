"""What goes by mail: verifying an address, setting a new password."""

from __future__ import annotations

from dataclasses import dataclass, replace

from auth.credentials.emailed_links import MailedLinks
from auth.credentials.password_policy import PasswordPolicy, prepared
from auth.errors import RevisionConflictError, SignedOutError, TooManyAttemptsError, WrongPasswordError
from auth.rate_limits.email_allowance import MailAllowance
from auth.rate_limits.failed_sign_ins import Guesses
from auth.rate_limits.limits import LINKS_OF_CLIENT, PASSWORD_CHECKS, RESETS_OF_ADDRESS, RESETS_OF_CLIENT
from auth.rate_limits.network import network_of
from auth.sessions.service import Sessions
from auth.store.document import PendingEvent
from auth.store.ports import Limits, PasswordHashing
from auth.users.events import Announcements
from auth.users.model import User
from auth.users.secret import SESSION_PREFIX, new_secret
from auth.users.store import Users


@dataclass(frozen=True, kw_only=True)
class Credentials:
    """Asks for mails and takes what their links bring back."""

    users: Users
    resets: MailedLinks
    announcements: Announcements
    hashing: PasswordHashing
    passwords: PasswordPolicy
    limits: Limits
    mails: MailAllowance
    sessions: Sessions
    guesses: Guesses

    def change_password(self, user_id: str, session_id: str, *, current: str, new: str, revoke_tokens: bool = False) -> str:
        """Set another password and end all other sessions, and all access tokens if asked to; return this session's new secret.

        Raises WrongPasswordError, UnacceptableError, SignedOutError.
        """
        user = self.users.require(user_id)
        self.passwords.check(new, email=user.email, name=user.name, pointer="/new_password")
        self.prove(user, session_id, current)
        hashed, secret = self.hashing.hash(prepared(new)), new_secret(user_id, SESSION_PREFIX)

        def step(user: User) -> tuple[User, list[PendingEvent]]:
            renewed = self.sessions.renewed(user, session_id, secret)
            return renewed.with_new_password(hashed, keeping=session_id, revoke_tokens=revoke_tokens), []

        self.users.change(user, step)
        return secret

    def prove(self, user: User, session_id: str, password: str, *, pointer: str = "/current_password") -> None:
        """Raise unless the session goes on and this is the password: a stolen browser must not take the account over."""
        self.sessions.require(user, session_id)
        self.limits.hit(PASSWORD_CHECKS, user.id)
        if not self.hashing.matches(user.password_hash, prepared(password)):
            raise WrongPasswordError(pointer=pointer)
        self.limits.forgive(PASSWORD_CHECKS, user.id)

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
