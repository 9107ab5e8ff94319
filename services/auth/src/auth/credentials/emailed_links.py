"""Links that go out by mail and work once: to verify an address, to set a new password."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from auth.errors import LinkNotFoundError
from auth.store.ports import Clock, Now
from auth.users.model import SentLink, User
from auth.users.secret import digest, new_secret
from auth.users.store import Users

VERIFICATION_LIFETIME = timedelta(days=7)
RESET_LIFETIME = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Link:
    """What a mail needs to know of a link, and what is kept of it."""

    token: str
    kept: SentLink
    until: datetime
    """By the clock that people see."""


@dataclass(frozen=True, kw_only=True)
class MailedLinks:
    """Links of one kind.

    The user's document, which the token names, holds the digest of the only link that works, so that using one, or asking for
    another, ends it in the same write.
    """

    lifetime: timedelta
    current: Callable[[User], SentLink | None]
    """Where a user has the link of this kind."""
    users: Users
    clock: Clock
    now: Now

    def prepare(self, user_id: str) -> Link:
        """Make a link that works once it is in the user's document."""
        token = new_secret(user_id)
        kept = SentLink(digest(token), self.now() + self.lifetime.total_seconds())
        return Link(token, kept, self.clock() + self.lifetime)

    def user_of(self, token: str) -> User:
        """Return the user whose present link this is; raises LinkNotFoundError."""
        user = self.users.named_in(token)
        if user is None:
            raise LinkNotFoundError
        self.require(user, token)
        return user

    def require(self, user: User, token: str) -> None:
        """Raise LinkNotFoundError unless this is the user's present link."""
        if not self.fits(user, token):
            raise LinkNotFoundError

    def fits(self, user: User, token: str) -> bool:
        """Say whether this is the user's present link."""
        kept = self.current(user)
        return kept is not None and kept.digest == digest(token) and kept.until > self.now()
