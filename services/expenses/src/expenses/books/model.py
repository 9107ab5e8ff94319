"""The book that rows belong to."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Book:
    """A book. Rows carry its short number, which keeps the indexes a third of their size."""

    number: int
    id: str
    home_currency: str
    version: int = 0
    """Of the last user.changed that was applied."""
