"""What budgets know of categories: which there are, which are gone, and where the expenses of those went."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass

_NEW_MS = 3_600_000
_TIME_ORDERED = 7


@dataclass(frozen=True, slots=True)
class Category:
    """The last known state of a category."""

    id: str
    version: int
    removed: bool = False
    moved_to: str | None = None
    """Where its expenses went when it was removed; None if nowhere."""


@dataclass(frozen=True, slots=True)
class Shown:
    """The categories of a budget as its owner sees them."""

    category_ids: tuple[str, ...]
    missing_ids: tuple[str, ...]
    """Those that were deleted, or that never were: nothing is spent on them any more."""


def shown(category_ids: Collection[str], known: Mapping[str, Category], *, complete: bool) -> Shown:
    """Return what to show; a category whose expenses moved to another one is left out, since that one is there too."""
    missing, kept = [], []
    for category_id in category_ids:
        category = known.get(category_id)
        if category is not None and category.removed and category.moved_to in category_ids:
            continue
        kept.append(category_id)
        if category.removed if category is not None else complete:
            missing.append(category_id)
    return Shown(tuple(kept), tuple(missing))


def is_new(category_id: str, now_ms: int) -> bool:
    """Say whether an id was made within the last hour, so that the news of its category may still be on its way."""
    try:
        parsed = uuid.UUID(category_id)
    except ValueError:
        return False
    return parsed.version == _TIME_ORDERED and abs(now_ms - (parsed.int >> 80)) < _NEW_MS
