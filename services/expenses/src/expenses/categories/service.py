"""Making, renaming and removing categories."""

from __future__ import annotations

import dataclasses
import time
from typing import TYPE_CHECKING, Any

from expenses.categories.events import announce_categories
from expenses.categories.model import MOST_CATEGORIES, Category, colour_for, key_of
from expenses.categories.removal import are_many, begin_move, move_some
from expenses.entries.model import one_line
from expenses.errors import (
    CategoryBusyError,
    CategoryExistsError,
    CategoryInUseError,
    CategoryNotFoundError,
    InvalidCategoryError,
    StaleVersionError,
    problem,
)
from expenses.ports import Filter

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from expenses.jobs.service import ImportSettling
    from expenses.ports import Clock, Ids, Owner, Repeat, Store, Who, Work

_PAUSE_SECONDS, _MOST_PAUSES = 0.2, 100


class Catalogue:
    """The categories of everybody."""

    def __init__(
        self, store: Store, settling: ImportSettling, clock: Clock, ids: Ids, *, pause: Callable[[float], None] = time.sleep
    ) -> None:
        """`pause` waits some seconds for an import of the same person."""
        self._store, self._clock, self._ids, self._pause = store, clock, ids, pause
        self._settling = settling

    def all(self, who: Who) -> list[dict[str, Any]]:
        """Return the categories by name."""
        with self._store.reading() as work:
            owner = work.owners.find(who.user_id)
            categories = work.categories.all(owner) if owner else []
        return [category.to_wire() for category in categories]

    def get(self, who: Who, category_id: str) -> dict[str, Any]:
        """Return one category; raises CategoryNotFoundError."""
        with self._store.reading() as work:
            owner = work.owners.find(who.user_id)
            category = work.categories.get(owner, category_id) if owner else None
        if category is None:
            raise CategoryNotFoundError
        return category.to_wire()

    def create(self, who: Who, body: Mapping[str, Any], repeat: Repeat) -> dict[str, Any]:
        """Make a category; raises CategoryExistsError, InvalidCategoryError."""
        with self._store.writing() as work:
            owner = work.owners.hold(who)
            return work.once(who.user_id, repeat, lambda: self._create(work, owner, body))

    def _create(self, work: Work, owner: Owner, body: Mapping[str, Any]) -> dict[str, Any]:
        name = _name(body["name"])
        existing = work.categories.all(owner)
        _check_free(existing, name)
        if len(existing) >= MOST_CATEGORIES:
            raise InvalidCategoryError(
                [problem("/name", f"would be category {MOST_CATEGORIES + 1}; {MOST_CATEGORIES} is the most")]
            )
        colour = body.get("colour") or colour_for(name, (other.colour for other in existing))
        category = Category(self._ids(), name, colour)
        work.categories.add(owner, category)
        announce_categories(work, owner, [category])
        return category.to_wire()

    def change(self, who: Who, category_id: str, version: int, body: Mapping[str, Any]) -> dict[str, Any]:
        """Rename or recolour; raises CategoryNotFoundError, StaleVersionError, CategoryExistsError, InvalidCategoryError."""
        with self._store.writing() as work:
            owner = work.owners.hold(who)
            before = _at(work, owner, category_id, version)
            name = _name(body.get("name", before.name))
            if key_of(name) != before.key:
                _check_free(work.categories.all(owner), name)
            after = dataclasses.replace(before, name=name, colour=body.get("colour", before.colour))
            if after != before:
                after = dataclasses.replace(after, version=before.version + 1)
                work.categories.replace(owner, after)
                announce_categories(work, owner, [after])
        return after.to_wire()

    def remove(self, who: Who, category_id: str, version: int, move_to: str | None) -> None:
        """Remove a category; its expenses go to `move_to`, another category's id or "none".

        Raises:
            CategoryInUseError: if it has expenses and `move_to` says nothing.
            CategoryBusyError: if an import of the same person does not end, and there are too many expenses to move between.
            CategoryNotFoundError, StaleVersionError, InvalidCategoryError: as they say.
        """
        if self._store.run(lambda work: self._remove_at_once(work, who, category_id, version, move_to)):
            return
        for _ in range(_MOST_PAUSES):
            begun = self._store.run(lambda work: _begin_removal(work, who, category_id, version, move_to))
            self._settling.settle(who)
            if begun:
                return
            self._pause(_PAUSE_SECONDS)
        raise CategoryBusyError

    def _remove_at_once(self, work: Work, who: Who, category_id: str, version: int, move_to: str | None) -> bool:
        """Remove a category unless so many expenses have to be moved that it takes steps."""
        owner = work.owners.hold(who)
        category = _at(work, owner, category_id, version)
        target = _target(work, owner, category_id, move_to)
        if are_many(work, owner, category):
            return False
        move_some(work, owner, category, target, self._clock())
        return True


def _begin_removal(work: Work, who: Who, category_id: str, version: int, move_to: str | None) -> bool:
    owner = work.owners.hold(who)
    return begin_move(work, owner, _at(work, owner, category_id, version), _target(work, owner, category_id, move_to))


def _at(work: Work, owner: Owner, category_id: str, version: int) -> Category:
    category = work.categories.get(owner, category_id)
    if category is None:
        raise CategoryNotFoundError
    if category.version != version:
        raise StaleVersionError(category.version)
    return category


def _target(work: Work, owner: Owner, category_id: str, move_to: str | None) -> str | None:
    """Return where the expenses of a category go."""
    if move_to is None:
        count = work.expenses.count(owner, Filter(categories=(category_id,)))
        if count:
            raise CategoryInUseError(count)
        return None
    if move_to == "none":
        return None
    if move_to == category_id or work.categories.get(owner, move_to) is None:
        raise InvalidCategoryError([problem("/move_to", "must be another of your categories, or none")])
    return move_to


def _name(text: str) -> str:
    name = one_line(text)
    if not name:
        raise InvalidCategoryError([problem("/name", "is empty")])
    return name


def _check_free(existing: list[Category], name: str) -> None:
    if key_of(name) in {category.key for category in existing}:
        raise CategoryExistsError(name)
