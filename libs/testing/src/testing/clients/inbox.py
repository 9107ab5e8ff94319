"""Reads the mails that a suite sent, wherever it puts them, as the people do who get them."""

from __future__ import annotations

import email
import email.policy
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path


class Inbox(Protocol):
    """Where mails arrive."""

    def emails_to(self, address: str) -> Iterable[str]:
        """Return the texts of the mails to an address."""


@dataclass(frozen=True)
class MailFolder:
    """A folder of .eml files."""

    folder: Path

    def emails_to(self, address: str) -> list[str]:
        """Return the texts of the mails to an address."""
        mails = [
            email.message_from_bytes(path.read_bytes(), policy=email.policy.default) for path in sorted(self.folder.glob("*.eml"))
        ]
        bodies = [mail.get_body(("plain",)) for mail in mails if address in str(mail["To"])]
        return [str(body.get_content()) for body in bodies if body is not None]


def confirmation_in(texts: Iterable[str]) -> str | None:
    """Return what the link carries that confirms an address, None if there is no such link."""
    return next((found[1] for text in texts if (found := re.search(r"/verify-email#token=([\w.-]+)", text))), None)
