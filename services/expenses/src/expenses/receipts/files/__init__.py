"""Where the files of receipts are kept: a folder or an object store."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import IO, Protocol

from expenses.settings import ExpensesSettings


class ReceiptFiles(Protocol):
    """A store of files. A file is stored completely or not at all. Each method raises UnavailableError if the store is down."""

    def put(self, key: str, content: IO[bytes], *, size: int, sha256: str, media_type: str) -> None:
        """Store a file, replacing a file with this key. `content` is read from its current position and can be rewound."""

    def read(self, key: str, first: int, length: int) -> Iterator[bytes]:
        """Return a part of a file piece by piece; raises ReceiptFileMissingError before the first piece."""

    def remove(self, key: str) -> None:
        """Delete a file; does nothing if it does not exist."""

    def remove_all(self, book_id: str) -> None:
        """Delete every file of a book, complete or not."""

    def remove_incomplete(self, before: datetime) -> None:
        """Delete files that were begun before a moment and never completed."""

    def link(self, key: str, *, name: str, media_type: str) -> str | None:
        """Return an address where anybody can download the file for a minute; None if downloads go through this service."""

    def check(self) -> None:
        """Raise if the store cannot be used, with a sentence that says why."""


def files_from(settings: ExpensesSettings) -> ReceiptFiles:
    """Return the store that the settings name; nothing is connected yet."""
    if settings.receipts.startswith("file:"):
        from expenses.receipts.files.folder import FolderFiles

        return FolderFiles(Path(settings.receipts.removeprefix("file:")))
    from expenses.receipts.files.cos import CosFiles

    return CosFiles(settings)
