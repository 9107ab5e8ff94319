"""An email, and a folder to send it to."""

from __future__ import annotations

import email
import email.policy
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Protocol

from chassis.runtime.ids import uuid7
from notifier.delivery.mailers.folder import FolderMailer
from notifier.delivery.model import Message

if TYPE_CHECKING:
    from pathlib import Path

    from notifier.delivery.mailer import Mailer


NOW = datetime(2015, 1, 24, 18, tzinfo=UTC)
SENDER = "Outlay <outlay@example.org>"


def a_message(**more: Any) -> Message:
    """Return a mail about an exceeded budget."""
    facts = {"mail_id": uuid7(), "to": "maria@example.com", "subject": "Groceries is over", "text": "Hello", "html": "<p>Hello</p>"}
    facts |= {"user_id": uuid7(), "unsubscribe": "", "name": "budget_exceeded", "event_id": uuid7()}
    return Message(**{**facts, **more})


class Box(Protocol):
    """A mailer, and the emails that arrived."""

    mailer: Mailer

    def arrived(self) -> list[Any]:
        """Return the mails as parsed messages."""

    def away(self) -> None:
        """Make the other end unreachable."""

    def close(self) -> None:
        """Stop what was started."""


class FolderBox:
    """A folder of .eml files."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "mail"
        self.mailer = FolderMailer(self.folder, sender=SENDER, clock=lambda: NOW)

    def arrived(self) -> list[Any]:
        files = sorted(self.folder.iterdir()) if self.folder.exists() else []
        return [email.message_from_bytes(path.read_bytes(), policy=email.policy.default) for path in files]

    def away(self) -> None:
        self.folder.write_text("a file is in the way of the folder")

    def close(self) -> None:
        pass
