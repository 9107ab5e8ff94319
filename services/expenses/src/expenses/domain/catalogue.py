"""Making, renaming and removing categories."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

from expenses.domain.booking import batches_of, book
from expenses.domain.category import MOST_CATEGORIES, Category, colour_for, key_of
from expenses.domain.errors import (
    CategoryExistsError,
    CategoryInUseError,
    CategoryNotFoundError,
    InvalidCategoryError,
    StaleVersionError,
    problem,
)
from expenses.domain.expense import Change, moved, one_line
from expenses.domain.ports import Filter

if TYPE_CHECKING:
    from collections.abc import Mapping

    from expenses.domain.ports import Clock, Ids, Owner, Repeat, Store, Who, Work


class Catalogue:
    """The categories of everybody."""

    def __init__(self, store: Store, clock: Clock, ids: Ids) -> None:
        self._store, self._clock, self._ids = store, clock, ids

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
        return after.to_wire()

    def remove(self, who: Who, category_id: str, version: int, move_to: str | None) -> None:
        """Remove a category; its expenses go to `move_to`, another category's id or "none".

        Raises:
            CategoryInUseError: if it has expenses and `move_to` says nothing.
            CategoryNotFoundError, StaleVersionError, InvalidCategoryError: as they say.
        """
        with self._store.writing() as work:
            owner = work.owners.hold(who)
            category = _at(work, owner, category_id, version)
            wanted = Filter(category=category_id)
            if move_to is None:
                count = work.expenses.count(owner, wanted)
                if count:
                    raise CategoryInUseError(count)
            else:
                self._move(work, owner, wanted, _target(work, owner, category_id, move_to))
            work.categories.remove(owner, category)

    def _move(self, work: Work, owner: Owner, wanted: Filter, target: str | None) -> None:
        now = self._clock()
        for batch in batches_of(work, owner, wanted):
            book(work, owner, [Change(expense, moved(expense, now, category_id=target)) for expense in batch])


def _at(work: Work, owner: Owner, category_id: str, version: int) -> Category:
    category = work.categories.get(owner, category_id)
    if category is None:
        raise CategoryNotFoundError
    if category.version != version:
        raise StaleVersionError(category.version)
    return category


def _target(work: Work, owner: Owner, category_id: str, move_to: str) -> str | None:
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
