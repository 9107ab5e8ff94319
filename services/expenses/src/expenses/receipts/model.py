"""A receipt: which file proves which expense, and what is known of the file."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from expenses.moments import instant, moment_of

MOST_BYTES = 10 * 1024 * 1024
"""Of one file as it is uploaded."""
MOST_RECEIPTS = 20
"""Of one expense."""
_MOST_NAME = 100


@dataclass(frozen=True, kw_only=True)
class StoredFile:
    """One content of one person, whatever number of expenses it belongs to."""

    sha256: str
    """Of the bytes as they are kept, in hex."""
    media_type: str
    size: int
    width: int | None = None
    height: int | None = None
    thumbnail: bool = False
    """Whether there is a small picture of it."""


@dataclass(frozen=True, kw_only=True)
class Receipt:
    """One file at one expense."""

    id: str
    expense_id: str
    name: str
    created_ms: int
    file: StoredFile

    def to_wire(self) -> dict[str, Any]:
        """Return the body of an answer."""
        return {
            "id": self.id,
            "expense_id": self.expense_id,
            "name": self.name,
            "media_type": self.file.media_type,
            "size": self.file.size,
            "sha256": self.file.sha256,
            "width": self.file.width,
            "height": self.file.height,
            "thumbnail": self.file.thumbnail,
            "created_at": instant(moment_of(self.created_ms)),
        }


def key_of(user_id: str, sha256: str) -> str:
    """Return what a file is called in the store of files."""
    return f"{user_id}/{sha256}"


def thumbnail_key_of(user_id: str, sha256: str) -> str:
    """Return what the small picture of a file is called in the store of files."""
    return f"{user_id}/{sha256}.webp"


def name_of(filename: str, ending: str) -> str:
    """Return the last part of a path, free of what cannot be shown, with the ending that fits the content."""
    last = re.split(r"[/\\]", filename)[-1]
    shown = "".join(letter for letter in last if letter.isprintable()).strip()
    stem = re.sub(r"\.[A-Za-z0-9]{1,5}$", "", shown).strip(" .")
    return f"{stem[: _MOST_NAME - len(ending) - 1] or 'receipt'}.{ending}"
