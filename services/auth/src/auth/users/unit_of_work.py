"""The unit of work on a user."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from auth.errors import TooManyUntoldError
from auth.store.ports import Now
from auth.store.unit_of_work import DocumentUnitOfWork
from auth.users.mapping import UserMapper
from auth.users.model import User

# Events wait in the document while the bus is unreachable, and it must stay small. Account deletion is always published.
MOST_PENDING_EVENTS = 100


class UserUnitOfWork:
    """One user: an action sets `user` to its next state and publishes what happened to it."""

    def __init__(self, unit: DocumentUnitOfWork, user: User, mapper: UserMapper, now: Now) -> None:
        self.user = self._loaded = user
        self._unit, self._mapper, self._now = unit, mapper, now

    def publish(self, kind: str, data: Mapping[str, Any]) -> None:
        """Publish an event about the user once they are saved."""
        self._unit.publish(kind, self.user.id, data)

    def flush(self) -> None:
        """Save the user at the end, if they changed or something is published; raises TooManyUntoldError."""
        if self.user == self._loaded and not self._unit.published:
            return
        self._publish_revoked_access()
        if self._unit.published and self._pending_events > MOST_PENDING_EVENTS:
            raise TooManyUntoldError
        self._unit.save(self._mapper.to_document(self.user.without_expired(self._now())))

    def saved(self) -> User:
        return self._mapper.to_user(self._unit.document) or self.user

    @property
    def _pending_events(self) -> int:
        return self._unit.published + (len(self._unit.document.outbox) if self._unit.document else 0)

    def _publish_revoked_access(self) -> None:
        """Publish that something which signs the user in was ended, so that every gateway forgets it at once.

        Ending it must not fail because too many events are waiting: gateways that hear nothing ask again after seconds.
        """
        if self._loaded.secrets - self.user.secrets and self._pending_events < MOST_PENDING_EVENTS:
            self.publish("user.access_revoked", {"user_id": self.user.id})
