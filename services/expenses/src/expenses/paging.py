"""A page of a list."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

T = TypeVar("T")
Position = Sequence[Any]
"""Where a page ended: the value that the list is sorted by, and what orders equal values."""


@dataclass(frozen=True)
class Page(Generic[T]):
    """A part of a list, and where it ended; None at the end of the list."""

    items: Sequence[T]
    position: Position | None

    @classmethod
    def of(cls, found: Sequence[T], limit: int, position_of: Callable[[T], Position]) -> Page[T]:
        """Make a page of at most `limit` items; one more that was found says that another page follows."""
        kept = found[:limit]
        return cls(kept, position_of(kept[-1]) if len(found) > limit else None)
