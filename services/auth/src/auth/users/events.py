"""The events of auth, with what nobody may read on the way sealed (contracts/events/user.*.json)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from auth.store.associated_data import address_of, token_of
from auth.store.document import PendingEvent
from auth.store.ports import Announce
from auth.users.model import User
from chassis.security.encryption import Encryptor


class Announcements:
    """Makes the event for each thing that happened to a user."""

    def __init__(self, announce: Announce, encryptor: Encryptor) -> None:
        self._announce, self._encryptor = announce, encryptor

    def registered(self, user: User) -> PendingEvent:
        """Somebody signed up."""
        return self._announce("user.registered", user.id, self._profile(user))

    def changed(self, user: User) -> PendingEvent:
        """Somebody changed who they are, or verified their address."""
        return self._announce("user.changed", user.id, self._profile(user))

    def access_revoked(self, user_id: str) -> PendingEvent:
        """A session or access token was ended before it expired."""
        return self._announce("user.access_revoked", user_id, {"user_id": user_id})

    def deleted(self, user_id: str) -> PendingEvent:
        """Somebody left."""
        return self._announce("user.deleted", user_id, {"user_id": user_id})

    def verification_requested(self, user: User, token: str, until: datetime, *, to: str = "") -> PendingEvent:
        """An address is to be verified by mail: the user's, or `to`, which they want to change to."""
        return self._announce("user.verification_requested", user.id, self._mail(user, token, until, to=to))

    def email_change_requested(self, user: User) -> PendingEvent:
        """Somebody who knows the password asked to change the address, and the current address is told so."""
        sealed = self._encryptor.encrypt(user.email, address_of(user.id))
        data = {"user_id": user.id, "email": sealed, "name": user.name, "locale": user.locale}
        return self._announce("user.email_change_requested", user.id, data)

    def password_reset_requested(self, user: User, token: str, until: datetime) -> PendingEvent:
        """Somebody forgot a password."""
        return self._announce("user.password_reset_requested", user.id, self._mail(user, token, until))

    def _profile(self, user: User) -> dict[str, Any]:
        return {
            "user_id": user.id,
            "email": self._encryptor.encrypt(user.email, address_of(user.id)),
            "email_verified": user.email_verified,
            "name": user.name,
            "home_currency": user.home_currency,
            "time_zone": user.time_zone,
            "locale": user.locale,
            "version": user.version,
        }

    def _mail(self, user: User, token: str, until: datetime, *, to: str = "") -> dict[str, Any]:
        return {
            "user_id": user.id,
            "email": self._encryptor.encrypt(to or user.email, address_of(user.id)),
            "token": self._encryptor.encrypt(token, token_of(user.id)),
            "name": user.name if user.email_verified and not to else "",
            "locale": user.locale,
            "expires_at": until.astimezone(UTC).isoformat().replace("+00:00", "Z"),
        }
