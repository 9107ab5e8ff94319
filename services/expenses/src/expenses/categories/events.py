"""Tells other services which categories somebody has, so that what refers to one can be checked."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from expenses.categories.model import Category
    from expenses.ports import Owner, Store, Work

_AT_ONCE = 50
"""Owners that are looked for at a time."""


def announce_categories(work: Work, owner: Owner, categories: Sequence[Category], *, complete: bool = False) -> None:
    """Announce categories that are new or have changed; `complete` says that the owner has no others."""
    told = [{"category_id": category.id, "version": category.version, "name": category.name} for category in categories]
    work.announce("category.changed", owner, {"user_id": owner.user_id, "categories": told, "complete": complete})


def announce_removal(work: Work, owner: Owner, category: Category, moved_to: str | None) -> None:
    """Announce that a category is gone and where its expenses went; a removal counts as one more version."""
    data = {"category_id": category.id, "version": category.version + 1, "name": category.name, "moved_to": moved_to}
    work.announce("category.removed", owner, {"user_id": owner.user_id, **data})


class CategoryNews:
    """Announces all categories of those owners whose categories an earlier version of this service made or changed."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def catch_up(self) -> int:
        """Announce what nobody has announced yet; return for how many owners that was."""
        count = 0
        while user_ids := self._waiting():
            for user_id in user_ids:
                self._announce_all(user_id)
            count += len(user_ids)
        return count

    def _waiting(self) -> list[str]:
        with self._store.reading() as work:
            return work.owners.unannounced(_AT_ONCE)

    def _announce_all(self, user_id: str) -> None:
        with self._store.writing() as work:
            owner = work.owners.find_locked(user_id)
            if owner is not None:
                announce_all(work, owner)


def announce_all(work: Work, owner: Owner) -> None:
    """Announce all categories of an owner and note that they are announced."""
    announce_categories(work, owner, work.categories.all(owner), complete=True)
    work.owners.note_announced(owner)
