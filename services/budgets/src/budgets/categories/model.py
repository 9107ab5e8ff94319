"""Categories as budgets know them."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

MOST_CATEGORIES = 100
"""How many a budget can have."""
_RECENT_MS = 3_600_000
_TIME_ORDERED = 7


@dataclass(frozen=True, slots=True)
class Category:
    """The last known state of a category."""

    id: str
    version: int
    removed: bool = False
    moved_to: str | None = None
    """Where its expenses went when it was deleted; None if nowhere."""

    @property
    def successor(self) -> str | None:
        """The category that took its place, if one did."""
        return self.moved_to if self.removed else None


@dataclass(frozen=True, slots=True)
class VisibleCategories:
    """The categories of a budget as people see them."""

    category_ids: tuple[str, ...]
    missing_ids: tuple[str, ...]
    """Those that were deleted, or never existed: nothing is spent on them any more."""


def visible_categories(category_ids: Collection[str], known: Mapping[str, Category], *, complete: bool) -> VisibleCategories:
    """Return what to show; a category whose expenses moved to another one is left out, since its successor is shown."""
    missing, kept = [], []
    for category_id in category_ids:
        category = known.get(category_id)
        if category is not None and category.removed and category.moved_to in category_ids:
            continue
        kept.append(category_id)
        if category.removed if category is not None else complete:
            missing.append(category_id)
    return VisibleCategories(tuple(kept), tuple(missing))


def with_successors(category_ids: Sequence[str], known: Mapping[str, Category]) -> tuple[str, ...]:
    """Return some categories with the successors of deleted ones.

    A deleted category stays in the list beside its successor until the list is edited: as long as not all of its expenses are known
    to have moved, leaving it out would make a budget recover for a moment, and exceed once more.
    """
    ids = list(category_ids)
    for category_id in ids:  # which grows meanwhile: a successor may have one itself
        successor = known[category_id].successor if category_id in known else None
        if successor and successor not in ids:
            ids.append(successor)
    if len(ids) > MOST_CATEGORIES:
        ids = [category_id for category_id in ids if not (category_id in known and known[category_id].moved_to in ids)]
    return tuple(ids)


def is_recent(category_id: str, now_ms: int) -> bool:
    """Say whether an id was made within the last hour, so that the event of its category may still be on its way."""
    try:
        parsed = uuid.UUID(category_id)
    except ValueError:
        return False
    return parsed.version == _TIME_ORDERED and abs(now_ms - (parsed.int >> 80)) < _RECENT_MS
