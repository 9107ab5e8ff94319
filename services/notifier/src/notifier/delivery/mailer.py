"""The port to mail providers, and what can go wrong there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from notifier.delivery.model import Message, ProviderStatus


class TryAgainError(Exception):
    """The provider is unavailable or overloaded and certainly did not accept the email, which stays pending.

    The text states the reason without address or content: it is logged and shown to the recipient.
    """

    def __init__(self, reason: str, *, after: float | None = None) -> None:
        """`after`: how many seconds the provider asked us to wait, if it did."""
        super().__init__(reason)
        self.after = after


class UncertainError(Exception):
    """The connection was lost after the email was handed over, so the provider may or may not have accepted it.

    The text states the reason without address or content.
    """


class RefusedError(Exception):
    """The provider will never accept this email, for example because the address is impossible.

    The text is shown to the recipient as the reason; it must not contain address or content.
    """


class Mailer(Protocol):
    """Sends emails through a provider."""

    @property
    def reports(self) -> bool:
        """Whether the provider reports deliveries to the webhook."""

    def send(self, message: Message) -> None:
        """Hand over an email; returning means that it was accepted.

        It takes no longer than SEND_SECONDS, connections and answers included.

        Raises:
            TryAgainError: if it certainly was not accepted but may be later.
            UncertainError: if it may or may not have been accepted.
            RefusedError: if it never will be.
        """

    def status_of(self, mail_id: str) -> ProviderStatus:
        """Ask the provider about an email that it gave no answer to; raises TryAgainError if it cannot be asked now."""

    def forget(self, mail_ids: Sequence[str]) -> None:
        """Delete our own copies of these emails; unknown ids are ignored."""
