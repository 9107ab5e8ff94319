"""What receipts need of the outside: a store of files, somebody who looks into files, and rows that say whose they are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import IO, TYPE_CHECKING, Protocol

from expenses.receipts.model import Receipt, StoredFile

if TYPE_CHECKING:
    from expenses.books.model import Book


class ReceiptFiles(Protocol):
    """A store of files. A file is there as a whole or not at all. Each operation raises UnavailableError if the store is away."""

    def put(self, key: str, content: IO[bytes], *, size: int, sha256: str, media_type: str) -> None:
        """Store a file, in place of one of that key. `content` is read from its present position and can be wound back."""

    def read(self, key: str, first: int, length: int) -> Iterator[bytes]:
        """Return the pieces of a part of a file; raises ReceiptFileMissingError before the first piece."""

    def remove(self, key: str) -> None:
        """Delete a file; one that is not there is deleted already."""

    def remove_all(self, user_id: str) -> None:
        """Delete every file of a person, whole and half."""

    def remove_incomplete(self, before: datetime) -> None:
        """Delete files that were begun before a moment and never completed."""

    def link(self, key: str, *, name: str, media_type: str) -> str | None:
        """Return an address from which one may read the file for a minute without asking here; None if it goes through here."""

    def check(self) -> None:
        """Raise if the store cannot be used, with a sentence about what is wrong."""


@dataclass(frozen=True, kw_only=True)
class Examined:
    """A file that may be kept."""

    file: StoredFile
    ending: str
    content: IO[bytes]
    """What is kept of it: the same pixels, without the place where it was taken."""
    thumbnail: bytes


class Examiner(Protocol):
    """Looks into what people upload."""

    def examine(self, stream: IO[bytes], claimed: str | None, *, user_id: str) -> AbstractContextManager[Examined]:
        """Look into a file; what is found lives as long as the context.

        `claimed` is the SHA-256 that the sender says it has; `user_id` is the sender, who has only a share of the room.
        Raises ReceiptTooLargeError, UnknownReceiptTypeError, UnacceptableReceiptError.
        """

    def render(self, pieces: Iterator[bytes], media_type: str, *, user_id: str) -> bytes:
        """Return a WebP, large enough to be read, of a file that was kept; raises UnacceptableReceiptError if there is none."""

    def clean_up(self, before: datetime) -> None:
        """Remove what was left of files that were looked at before a moment."""


class Receipts(Protocol):
    """The rows about receipts.

    A file is noted before it is stored and the note goes after the file, so that a file that nobody can see is always found again.
    """

    def get(self, book: Book, receipt_id: str) -> Receipt | None:
        """Return one."""

    def of(self, book: Book, expense_ids: Sequence[str]) -> list[Receipt]:
        """Return the receipts of some expenses, oldest first."""

    def add(self, book: Book, receipt: Receipt) -> None:
        """Insert."""

    def remove(self, book: Book, receipt: Receipt) -> None:
        """Delete."""

    def remove_of(self, book: Book, expense_ids: Sequence[str]) -> None:
        """Delete those of some expenses."""

    def is_used(self, book: Book, sha256: str) -> bool:
        """Say whether a receipt shows this content."""

    def note(self, book: Book, file: StoredFile, now_ms: int) -> None:
        """Note a file that is about to be stored."""

    def noted_ms(self, book: Book, sha256: str) -> int | None:
        """Return when a file was noted last; None if it is not, or not any more."""

    def drop(self, book: Book, sha256: str) -> None:
        """Delete the note of a file."""

    def unused(self, before_ms: int, limit: int) -> list[tuple[Book, str]]:
        """Return contents of anybody that were noted before a moment and that no receipt shows."""

    def forget(self, book: Book) -> None:
        """Delete every row of theirs."""
