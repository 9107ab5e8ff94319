"""A receipt: the file that proves an expense."""

from __future__ import annotations

import re
from dataclasses import dataclass

MOST_BYTES = 10 * 1024 * 1024
"""The largest file that can be uploaded."""
MOST_RECEIPTS = 20
"""The most receipts of one expense."""
_MOST_NAME = 100


@dataclass(frozen=True, kw_only=True)
class StoredFile:
    """The content of a file of one person, however many expenses have it."""

    sha256: str
    """Of the bytes as they are stored, in hex."""
    media_type: str
    size: int
    width: int | None = None
    height: int | None = None
    thumbnail: bool = False
    """Whether it has a thumbnail."""


@dataclass(frozen=True, kw_only=True)
class Receipt:
    """A file attached to an expense."""

    id: str
    expense_id: str
    name: str
    created_ms: int
    file: StoredFile


def file_key(book_id: str, sha256: str) -> str:
    return f"{book_id}/{sha256}"


def thumbnail_key(book_id: str, sha256: str) -> str:
    """Return the key of a file's thumbnail in the store of files."""
    return f"{book_id}/{sha256}.webp"


def safe_name(filename: str, extension: str) -> str:
    """Return the last part of a path without unprintable characters, and with the extension that fits the content."""
    last = re.split(r"[/\\]", filename)[-1]
    shown = "".join(letter for letter in last if letter.isprintable()).strip()
    stem = re.sub(r"\.[A-Za-z0-9]{1,5}$", "", shown).strip(" .")
    return f"{stem[: _MOST_NAME - len(extension) - 1] or 'receipt'}.{extension}"
