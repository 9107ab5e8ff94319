"""What became of an imported file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from expenses.entries.model import instant

MOST_ERRORS_KEPT = 100


@dataclass(frozen=True, kw_only=True)
class Import:
    """One import and its counts."""

    id: str
    filename: str
    created_ms: int
    undone_ms: int | None = None
    rows: int = 0
    imported: int = 0
    duplicates: int = 0
    failed: int = 0
    categories_created: int = 0
    first_day: str | None = None
    last_day: str | None = None
    errors: tuple[tuple[int, str], ...] = ()
    """Line and reason of the first hundred rows that failed."""
    left_out: tuple[tuple[int, str], ...] = ()
    """Line and reason of the first hundred rows that are no bookings, such as balances."""
    left_out_count: int = 0
    shortened: int = 0
    """Rows that went in with a text cut to its limit."""

    def to_wire(self) -> dict[str, Any]:
        """Return the body of an answer."""
        return {
            "id": self.id,
            "filename": self.filename,
            "created_at": instant(self.created_ms),
            "undone_at": None if self.undone_ms is None else instant(self.undone_ms),
            "rows": self.rows,
            "imported": self.imported,
            "duplicates": self.duplicates,
            "failed": self.failed,
            "categories_created": self.categories_created,
            "errors": [{"line": line, "message": message} for line, message in self.errors],
            "left_out": [{"line": line, "reason": reason} for line, reason in self.left_out],
            "left_out_count": self.left_out_count,
            "shortened": self.shortened,
            "from": self.first_day,
            "to": self.last_day,
        }

    def to_event(self, user_id: str) -> dict[str, Any]:
        """Return the data of import.completed."""
        return {
            "user_id": user_id,
            "import_id": self.id,
            "filename": self.filename,
            "rows": self.rows,
            "imported": self.imported,
            "duplicates": self.duplicates,
            "failed": self.failed,
            "from": self.first_day,
            "to": self.last_day,
        }
