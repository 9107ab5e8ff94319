"""The events of auth, with addresses and link tokens encrypted (contracts/events/{user,book}.*.json)."""

from __future__ import annotations

from typing import Any

from auth.store.associated_data import email_of, link_token_of
from auth.users.model import NewLink, User
from auth.users.unit_of_work import UserUnitOfWork
from chassis.runtime.clock import to_wire
from chassis.security.encryption import Encryptor


class UserEvents:
    """Publishes what happened to a user, in the unit of work that changes them."""

    def __init__(self, encryptor: Encryptor) -> None:
        """Encrypt addresses and tokens with this."""
        self._encryptor = encryptor

    def registered(self, uow: UserUnitOfWork) -> None:
        """Publish that an account was created."""
        uow.publish("user.registered", self._profile(uow.user))

    def changed(self, uow: UserUnitOfWork) -> None:
        """Publish the profile after a change, or after the address was verified."""
        uow.publish("user.changed", self._profile(uow.user))

    def book_changed(self, uow: UserUnitOfWork) -> None:
        """Publish who may work in the user's book."""
        book = uow.user.book.to_json()
        uow.publish("book.changed", {"book_id": book.pop("id"), "user_id": uow.user.id, **book})

    def verification_requested(self, uow: UserUnitOfWork, link: NewLink, *, to: str = "") -> None:
        """Ask for an email with a link that verifies the user's address, or `to`, which they want to change to."""
        uow.publish("user.verification_requested", self._email(uow.user, link, to=to))

    def email_change_requested(self, uow: UserUnitOfWork) -> None:
        """Ask for a warning to the current address: somebody who knows the password wants to change it."""
        user = uow.user
        data = {"email": self._encryptor.encrypt(user.email, email_of(user.id)), "name": user.name, "locale": user.locale}
        uow.publish("user.email_change_requested", {"user_id": user.id, **data})

    def password_reset_requested(self, uow: UserUnitOfWork, link: NewLink) -> None:
        uow.publish("user.password_reset_requested", self._email(uow.user, link))

    def _profile(self, user: User) -> dict[str, Any]:
        return {
            "user_id": user.id,
            "email": self._encryptor.encrypt(user.email, email_of(user.id)),
            "email_verified": user.email_verified,
            "name": user.name,
            "home_currency": user.home_currency,
            "time_zone": user.time_zone,
            "locale": user.locale,
            "version": user.version,
        }

    def _email(self, user: User, link: NewLink, *, to: str = "") -> dict[str, Any]:
        return {
            "user_id": user.id,
            "email": self._encryptor.encrypt(to or user.email, email_of(user.id)),
            "token": self._encryptor.encrypt(link.token, link_token_of(user.id)),
            # No user's text is sent to an address that may belong to somebody else.
            "name": user.name if user.email_verified and not to else "",
            "locale": user.locale,
            "expires_at": to_wire(link.expires_at),
        }
