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
    author: str | None = None
    """Who writes in it now; None is the person whose id it has. Rows record it."""

    @property
    def event_data(self) -> dict[str, str]:
        """What all events about a book say: whose data it is, and who did it."""
        return {"book_id": self.id, "user_id": self.author or self.id}
