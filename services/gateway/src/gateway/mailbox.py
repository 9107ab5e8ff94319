"""The development page's view of the mails that were written to a folder. Never there in production."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class DevelopmentMail:
    """Two functions that read the folder."""

    newest: Callable[[], list[Mapping[str, Any]]]
    read: Callable[[str], Mapping[str, Any] | None]

    def answer(self, path: str) -> Mapping[str, Any] | None:
        """Return what is at `dev/mails` or `dev/mails/<id>`."""
        match path.split("/"):
            case ["dev", "mails"]:
                return {"items": self.newest()}
            case ["dev", "mails", mail_id]:
                return self.read(mail_id)
            case _:
                return None
