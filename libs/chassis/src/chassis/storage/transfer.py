"""Export and import of a service's data, independent of its stores: rows in parts, and files."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

Row = Mapping[str, Any]
"""A row as JSON: text, whole numbers, decimal strings for amounts, ISO 8601 for instants; the same for every dialect."""

MARK = "an import has begun"
"""Present in a store from before the first row of an import until after the last: a store that has it is incomplete."""


class TransferPart(Protocol):
    """All rows of one kind."""

    @property
    def name(self) -> str:
        """The name of the part, such as `budget`."""

    def rows(self) -> Iterator[Row]:
        """Yield all rows, reading a few at a time."""

    def add(self, rows: Sequence[Row]) -> None:
        """Store some rows, all or none of them."""

    def is_empty(self) -> bool:
        """Return whether there are no rows."""

    def clear(self) -> None:
        """Delete all rows; may be interrupted and repeated."""


class Files(Protocol):
    """The files that rows refer to."""

    def keys(self) -> Iterator[str]:
        """Return the keys of all files."""

    def read(self, key: str) -> bytes | None:
        """Return a file, None if it is lost or damaged."""

    def put(self, key: str, content: bytes) -> None:
        """Store a file that a row refers to."""

    def clear(self) -> None:
        """Delete all files of all books that have rows."""


class ImportMark(Protocol):
    """The mark in a store that an import has started and not finished."""

    def set(self) -> None:
        """Set the mark."""

    def is_set(self) -> bool:
        """Return whether the mark is set."""

    def remove(self) -> None:
        """Remove the mark."""


@dataclass(frozen=True, kw_only=True)
class ServiceData:
    """All data of one service. Nothing is connected yet."""

    name: str
    parts: tuple[TransferPart, ...]
    """In the order in which they can be stored: parts that others refer to come first."""
    import_mark: ImportMark
    pending: Callable[[], Sequence[str]]
    """Returns a sentence for each thing that is still pending: exported now, it would be lost or happen twice."""
    migrate: Callable[[], None]
    close: Callable[[], None]
    files: Files | None = None
