"""Turns off a kind of email for whoever holds the link in it, signed in or not."""

from __future__ import annotations

from dataclasses import replace

from tenacity import Retrying, retry_if_exception_type, stop_after_attempt

from chassis.security.encryption import DecryptionError, Encryptor
from notifier.associated_data import UNSUBSCRIBING
from notifier.preferences.model import AlertKind, StaleVersionError
from notifier.store import NotifierStore
from notifier.unsubscribing.model import UnknownLinkError, UnsubscribeLink

_ATTEMPTS = 5


def unsubscribe_token_of(user_id: str, kind: AlertKind, encryptor: Encryptor) -> str:
    """Return the token in an email's unsubscribe link: encrypted, so that it cannot be forged. It never expires."""
    return encryptor.encrypt(UnsubscribeLink(user_id, kind).to_text(), UNSUBSCRIBING)


class UnsubscribeService:
    """The use cases of the unsubscribe link."""

    def __init__(self, *, store: NotifierStore, encryptor: Encryptor) -> None:
        self._store, self._encryptor = store, encryptor

    def kind_of(self, token: str) -> AlertKind | None:
        """Return which emails a link is about; None if the link is not ours."""
        link = self._link(token)
        return link.kind if link else None

    def unsubscribe(self, token: str) -> AlertKind:
        """Turn off emails of the link's kind; repeating it changes nothing. Raises UnknownLinkError."""
        link = self._link(token)
        if link is None:
            raise UnknownLinkError
        # The owner may be changing the preferences at the same moment.
        retrying = Retrying(retry=retry_if_exception_type(StaleVersionError), stop=stop_after_attempt(_ATTEMPTS), reraise=True)
        retrying(self._turn_off, link)
        return link.kind

    def _turn_off(self, link: UnsubscribeLink) -> None:
        with self._store.write() as uow:
            preferences = uow.preferences.get(link.user_id)
            channels = preferences.of(link.kind)
            # A deleted account must not come back as a row of preferences.
            if channels.mail and uow.recipients.find(link.user_id) is not None:
                uow.preferences.replace(link.user_id, preferences.with_channels(link.kind, replace(channels, mail=False)))

    def _link(self, token: str) -> UnsubscribeLink | None:
        try:
            return UnsubscribeLink.from_text(self._encryptor.decrypt(token, UNSUBSCRIBING))
        except DecryptionError:
            return None
