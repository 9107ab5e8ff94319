"""What a service keeps, in a form that any other store of the same service takes: parts of rows, and files beside them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

Row = Mapping[str, Any]
"""One thing as JSON: text, whole numbers, amounts as decimal strings, moments in ISO 8601. No dialect shows in it."""

MARK = "an import has begun"
"""Stands in a store from before the first row of an import until after the last: a store that has it is not whole."""


class TransferPart(Protocol):
    """All rows of one kind."""

    @property
    def name(self) -> str:
        """What they are called, such as `budget`."""

    def rows(self) -> Iterator[Row]:
        """Return all, a few at a time."""

    def add(self, rows: Sequence[Row]) -> None:
        """Store some, all or none."""

    def is_empty(self) -> bool:
        """Say whether there is none."""

    def clear(self) -> None:
        """Delete all; what deletes may be interrupted and begun again."""


class Files(Protocol):
    """The files that rows speak of."""

    def keys(self) -> Iterator[str]:
        """Return what each is called."""

    def read(self, key: str) -> bytes | None:
        """Return a file, None if it is lost or damaged."""

    def put(self, key: str, content: bytes) -> None:
        """Store a file of which a row speaks."""

    def clear(self) -> None:
        """Delete all files of everybody of whom there are rows."""


class ImportMark(Protocol):
    """The note in a store that an import has begun and not ended."""

    def set(self) -> None:
        """Make it."""

    def is_set(self) -> bool:
        """Say whether it is there."""

    def remove(self) -> None:
        """Delete it."""


@dataclass(frozen=True, kw_only=True)
class ServiceData:
    """Everything that moves with a service. Nothing is connected yet."""

    name: str
    parts: tuple[TransferPart, ...]
    """In an order in which they can be stored: what others refer to comes first."""
    import_mark: ImportMark
    pending: Callable[[], Sequence[str]]
    """Say what is not settled, a sentence each: it would be lost or come twice."""
    migrate: Callable[[], None]
    close: Callable[[], None]
    files: Files | None = None
