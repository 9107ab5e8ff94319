"""What became of an imported file."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

MOST_NOTES = 100
"""Rows that failed or were left out of which the reason is kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Import:
    """One import and its counts."""

    id: str
    filename: str
    author: str | None = None
    """Who imported it; None is the person whose id the book has."""
    created_at: datetime
    undone_at: datetime | None = None
    rows: int = 0
    imported: int = 0
    duplicates: int = 0
    failed: int = 0
    categories_created: int = 0
    first_day: date | None = None
    last_day: date | None = None
    errors: tuple[tuple[int, str], ...] = ()
    """Line and reason of the first rows that failed."""
    left_out: tuple[tuple[int, str], ...] = ()
    """Line and reason of the first rows that are no bookings, such as balances."""
    left_out_count: int = 0
    shortened: int = 0
    """Rows that went in with a text cut to its limit."""
