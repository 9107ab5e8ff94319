"""Reads and changes a person's preferences."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from notifier.delivery.model import MailStop
from notifier.preferences.model import AlertKind, Channels, Preferences, StaleVersionError
from notifier.store import NotifierStore, NotifierUnitOfWork


@dataclass(frozen=True, slots=True)
class AddressStatus:
    """Whether alerts are emailed to a person's address."""

    stop: MailStop | None
    """Why they have stopped; None if they have not, or the owner asked to try again."""
    verified: bool
    """Whether the owner has confirmed it, as far as the notifier knows."""


@dataclass(frozen=True, slots=True)
class PreferencesView:
    """Preferences, and whether emails can follow them."""

    preferences: Preferences
    address: AddressStatus


class PreferenceService:
    """The use cases of preferences."""

    def __init__(self, *, store: NotifierStore) -> None:
        self._store = store

    def get(self, user_id: str) -> PreferencesView:
        with self._store.read() as uow:
            return PreferencesView(uow.preferences.get(user_id), _address_status(uow, user_id))

    def replace(self, user_id: str, channels: Mapping[AlertKind, Channels], *, expected: int) -> PreferencesView:
        """Replace the preferences of a version; raises StaleVersionError."""
        with self._store.write() as uow:
            current = uow.preferences.get(user_id)
            if current.version != expected:
                raise StaleVersionError(current.version)
            uow.preferences.replace(user_id, Preferences(channels, expected))
            return PreferencesView(Preferences(channels, expected + 1), _address_status(uow, user_id))

    def lift_mail_stop(self, user_id: str) -> None:
        """Let emails go to a person's address again."""
        with self._store.write() as uow:
            stop = uow.recipients.stop_of(user_id)
            if stop is not None:
                uow.recipients.set_stop(user_id, replace(stop, lifted=True))


def _address_status(uow: NotifierUnitOfWork, user_id: str) -> AddressStatus:
    stop, recipient = uow.recipients.stop_of(user_id), uow.recipients.find(user_id)
    return AddressStatus(None if stop is None or stop.lifted else stop, recipient is None or recipient.verified)
