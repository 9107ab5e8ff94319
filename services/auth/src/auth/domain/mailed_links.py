"""Links that go out by mail and work once: to verify an address, to set a new password."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from auth.domain.documents import Document
from auth.domain.errors import LinkNotFoundError
from auth.domain.ports import Clock, Documents, Now
from auth.domain.secret import digest, new_secret
from auth.domain.user import User
from auth.domain.users import Users, remove


@dataclass(frozen=True, slots=True)
class Link:
    """What a mail needs to know of a link."""

    token: str
    digest: str
    until: datetime
    """By the clock that people see."""


class MailedLinks:
    """Links of one kind.

    The user's document holds the digest of the only link that works, so that using one, or asking for another, ends it in the same
    write. The link's own document is no more than the way to the user.
    """

    def __init__(self, kind: str, lifetime: timedelta, documents: Documents, users: Users, *, clock: Clock, now: Now) -> None:
        self._kind, self._lifetime, self._documents, self._users = kind, lifetime, documents, users
        self._clock, self._now = clock, now

    def prepare(self, user_id: str) -> Link:
        """Make a link that works once its digest is in the user's document."""
        token = new_secret()
        expires_at = self._now() + self._lifetime.total_seconds()
        found_by = f"{self._kind}:{digest(token)}"
        self._documents.save(Document(id=found_by, kind=self._kind, user_id=user_id, body={}, expires_at=expires_at))
        return Link(token, digest(token), self._clock() + self._lifetime)

    def user_of(self, token: str, current: Callable[[User], str]) -> User:
        """Return the user whose `current` link this is; raises LinkNotFoundError."""
        document = self._documents.get(f"{self._kind}:{digest(token)}")
        if document is None or (document.expires_at or 0) <= self._now():
            raise LinkNotFoundError
        user = self._users.get(document.user_id)
        if user is None or current(user) != digest(token):
            raise LinkNotFoundError
        return user

    def forget(self, token: str) -> None:
        """Remove a link that was used."""
        document = self._documents.get(f"{self._kind}:{digest(token)}")
        if document is not None:
            remove(self._documents, document)
