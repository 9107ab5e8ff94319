"""Making, renaming and removing categories."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from chassis.runtime.clock import Clock
from chassis.runtime.idempotency import IdempotencyKey, StoredResponse
from chassis.runtime.ids import Ids
from chassis.security.tokens import Caller
from expenses.books.model import Book
from expenses.categories.events import publish_categories
from expenses.categories.model import MOST_CATEGORIES, Category, colour_for, key_of
from expenses.categories.removal import are_many, begin_removal, move_some
from expenses.entries.filter import ExpenseFilter
from expenses.errors import (
    CategoryBusyError,
    CategoryExistsError,
    CategoryInUseError,
    CategoryNotFoundError,
    InvalidCategoryError,
    StaleVersionError,
    problem,
)
from expenses.tasks.service import TaskRunner
from expenses.unit_of_work import ExpensesStore, ExpensesUnitOfWork

NO_CATEGORY = "none"
"""Where expenses go that get no other category."""


@dataclass(frozen=True, slots=True)
class CategoryPatch:
    """What changes of a category; None stays as it is. For a new category, None is what it gets by default."""

    name: str | None = None
    colour: str | None = None


class CategoryService:
    """Makes, changes and removes categories."""

    def __init__(
        self, store: ExpensesStore, tasks: TaskRunner, clock: Clock, ids: Ids, *, pause: Callable[[float], None] = time.sleep
    ) -> None:
        """`pause` waits some seconds for an import into the same book."""
        self._store, self._tasks, self._clock, self._ids, self._pause = store, tasks, clock, ids, pause

    def all(self, caller: Caller) -> list[Category]:
        """Return the categories by name."""
        with self._store.read() as uow:
            book = uow.books.find(caller.book_id)
            return uow.categories.all(book) if book else []

    def get(self, caller: Caller, category_id: str) -> Category:
        """Return one category; raises CategoryNotFoundError."""
        with self._store.read() as uow:
            book = uow.books.find(caller.book_id)
            category = uow.categories.get(book, category_id) if book else None
        if category is None:
            raise CategoryNotFoundError
        return category

    def create(
        self,
        caller: Caller,
        name: str,
        colour: str | None,
        key: IdempotencyKey | None,
        respond: Callable[[Category], StoredResponse],
    ) -> StoredResponse:
        """Make a category; raises CategoryExistsError, InvalidCategoryError."""
        with self._store.write() as uow:
            book = uow.books.lock(caller)
            return uow.idempotent(key, lambda: respond(self._create(uow, book, name, colour)))

    def _create(self, uow: ExpensesUnitOfWork, book: Book, name: str, colour: str | None) -> Category:
        existing = uow.categories.all(book)
        _check_free(existing, name)
        if len(existing) >= MOST_CATEGORIES:
            raise InvalidCategoryError(
                [problem("/name", f"would be category {MOST_CATEGORIES + 1}; {MOST_CATEGORIES} is the most")]
            )
        colour = colour or colour_for(name, (other.colour for other in existing))
        category = Category(self._ids(), name, colour, author=book.author)
        uow.categories.add(book, category)
        publish_categories(uow, book, [category])
        return category

    def change(self, caller: Caller, category_id: str, version: int, patch: CategoryPatch) -> Category:
        """Rename or recolour; raises CategoryNotFoundError, StaleVersionError, CategoryExistsError."""
        with self._store.write() as uow:
            book = uow.books.lock(caller)
            before = _category_at(uow, book, category_id, version)
            after = replace(before, name=patch.name or before.name, colour=patch.colour or before.colour)
            if after.key != before.key:
                _check_free(uow.categories.all(book), after.name)
            if after != before:
                after = replace(after, version=before.version + 1)
                uow.categories.replace(book, after)
                publish_categories(uow, book, [after])
        return after

    def remove(self, caller: Caller, category_id: str, version: int, move_to: str | None) -> None:
        """Remove a category; its expenses go to `move_to`, another category's id or NO_CATEGORY.

        Raises:
            CategoryInUseError: if it has expenses and `move_to` is not given.
            CategoryBusyError: if an import into the same book does not end, and there are too many expenses to move between.
            CategoryNotFoundError, StaleVersionError, InvalidCategoryError: as they say.
        """
        if self._store.run(lambda uow: self._remove_at_once(uow, caller, category_id, version, move_to)):
            return
        if not self._tasks.begin(caller.book_id, lambda uow: _begin(uow, caller, category_id, version, move_to), self._pause):
            raise CategoryBusyError
        self._tasks.finish(caller.book_id)

    def _remove_at_once(self, uow: ExpensesUnitOfWork, caller: Caller, category_id: str, version: int, move_to: str | None) -> bool:
        """Remove a category unless it has so many expenses that they are moved step by step."""
        book = uow.books.lock(caller)
        category = _category_at(uow, book, category_id, version)
        target = _target(uow, book, category_id, move_to)
        if are_many(uow, book, category):
            return False
        move_some(uow, book, category, target, self._clock())
        return True


def _begin(uow: ExpensesUnitOfWork, caller: Caller, category_id: str, version: int, move_to: str | None) -> bool:
    book = uow.books.lock(caller)
    category = _category_at(uow, book, category_id, version)
    return begin_removal(uow, book, category, _target(uow, book, category_id, move_to))


def _category_at(uow: ExpensesUnitOfWork, book: Book, category_id: str, version: int) -> Category:
    category = uow.categories.get(book, category_id)
    if category is None:
        raise CategoryNotFoundError
    if category.version != version:
        raise StaleVersionError(category.version)
    return category


def _target(uow: ExpensesUnitOfWork, book: Book, category_id: str, move_to: str | None) -> str | None:
    if move_to is None:
        count = uow.expenses.count(book, ExpenseFilter(categories=(category_id,)))
        if count:
            raise CategoryInUseError(count)
        return None
    if move_to == NO_CATEGORY:
        return None
    if move_to == category_id or uow.categories.get(book, move_to) is None:
        raise InvalidCategoryError([problem("/move_to", "must be another of your categories, or none")])
    return move_to


def _check_free(existing: list[Category], name: str) -> None:
    if key_of(name) in {category.key for category in existing}:
        raise CategoryExistsError(name)
