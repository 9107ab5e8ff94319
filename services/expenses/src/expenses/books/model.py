"""Who asks, and the book that rows belong to."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Caller:
    """The person who asks, as the token says."""

    user_id: str
    home_currency: str
    locale: str = "en"


@dataclass(frozen=True, slots=True)
class Book:
    """One person's book. Rows carry its short number, which keeps the indexes a third of their size."""

    number: int
    user_id: str
    home_currency: str
    version: int = 0
    """Of the last user.changed that was applied."""
