"""Tells other services which categories a book has, so that they can check what refers to one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from expenses.books.model import Book
from expenses.categories.model import Category
from expenses.unit_of_work import ExpensesStore, ExpensesUnitOfWork

_AT_ONCE = 50
"""Books that are looked for at a time."""


def publish_categories(uow: ExpensesUnitOfWork, book: Book, categories: Sequence[Category], *, complete: bool = False) -> None:
    """Publish categories that are new or have changed; `complete` says that the book has no others."""
    data = {**book.event_data, "categories": [_state(category) for category in categories], "complete": complete}
    uow.publish("category.changed", book.id, data)


def publish_removal(uow: ExpensesUnitOfWork, book: Book, category: Category, moved_to: str | None) -> None:
    """Publish that a category was removed and where its expenses went; a removal counts as one more version."""
    data = _state(category) | {"version": category.version + 1, "moved_to": moved_to}
    uow.publish("category.removed", book.id, book.event_data | data)


def _state(category: Category) -> dict[str, Any]:
    # No category has a parent yet.
    names = {"name": category.name, "colour": category.colour, "parent": None}
    return {"category_id": category.id, "version": category.version, **names}


def publish_all(uow: ExpensesUnitOfWork, book: Book) -> None:
    publish_categories(uow, book, uow.categories.all(book), complete=True)
    uow.books.mark_published(book)


class CategoryPublisher:
    """Publishes the categories of books in which an earlier version of this service, which published none, made or changed some."""

    def __init__(self, store: ExpensesStore) -> None:
        self._store = store

    def catch_up(self) -> int:
        """Publish all categories that were not published yet; return for how many books."""
        count = 0
        while book_ids := self._waiting():
            for book_id in book_ids:
                self._publish(book_id)
            count += len(book_ids)
        return count

    def _waiting(self) -> list[str]:
        with self._store.read() as uow:
            return uow.books.unpublished(_AT_ONCE)

    def _publish(self, book_id: str) -> None:
        with self._store.write() as uow:
            book = uow.books.lock_existing(book_id)
            if book is not None:
                publish_all(uow, book)
