"""Emails that were written to a folder, for the development page. Not available in production."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class DevelopmentMail:
    """Reads the folder."""

    newest: Callable[[str], list[Mapping[str, Any]]]
    """Takes the id of a user."""
    read: Callable[[str, str], Mapping[str, Any] | None]
    """Takes the id of a user and of an email."""

    def answer(self, path: str, user_id: str) -> Mapping[str, Any] | None:
        """Return what is at `dev/mails` or `dev/mails/<id>`, of a user's own emails."""
        match path.split("/"):
            case ["dev", "mails"]:
                return {"items": self.newest(user_id)}
            case ["dev", "mails", mail_id]:
                return self.read(user_id, mail_id)
            case _:
                return None
