"""Links that are sent by email and work once: to verify an address, to set a new password."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from auth.errors import LinkNotFoundError
from auth.store.ports import Now
from auth.users.model import EmailedLink, NewLink, User
from auth.users.secret import digest, new_secret
from auth.users.store import Users
from chassis.runtime.clock import Clock

VERIFICATION_LIFETIME = timedelta(days=7)
RESET_LIFETIME = timedelta(hours=1)


@dataclass(frozen=True, kw_only=True)
class EmailedLinks:
    """Links of one kind.

    The user's document, which the token names, holds the digest of the only link that works. So using a link, or asking for
    another, ends it in the same write.
    """

    lifetime: timedelta
    current: Callable[[User], EmailedLink | None]
    """Returns a user's link of this kind."""
    users: Users
    clock: Clock
    now: Now

    def new(self, user_id: str) -> NewLink:
        """Return a link that works once it is stored in the user's document."""
        token = new_secret(user_id)
        stored = EmailedLink(digest(token), self.now() + self.lifetime.total_seconds())
        return NewLink(token, stored, self.clock() + self.lifetime)

    def user_of(self, token: str) -> User:
        """Return the user whose current link this is; raises LinkNotFoundError."""
        user = self.users.named_in(token)
        if user is None:
            raise LinkNotFoundError
        self.require(user, token)
        return user

    def require(self, user: User, token: str) -> None:
        """Raise LinkNotFoundError unless this is the user's current link."""
        if not self.fits(user, token):
            raise LinkNotFoundError

    def fits(self, user: User, token: str) -> bool:
        link = self.current(user)
        return link is not None and link.digest == digest(token) and link.until > self.now()
