"""Checks that the categories of a budget exist, and waits a moment for the event of one that was just created."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence

from budgets.categories.model import is_recent
from budgets.errors import CategoryPendingError, UnknownCategoryError
from budgets.unit_of_work import BudgetsStore, BudgetsUnitOfWork
from chassis.runtime.clock import now_ms as machine_ms

_POLL_SECONDS = 0.05
_MOST_WAITING = 4
"""Requests that wait at a time; a process has more threads than this."""


class CategoryCheck:
    """Says of each category id whether a budget can have it."""

    def __init__(self, store: BudgetsStore, *, timeout: float, now_ms: Callable[[], int] = machine_ms) -> None:
        """Wait up to `timeout` seconds for an event; ids are made from the time of `now_ms`."""
        self._store, self._timeout, self._now_ms = store, timeout, now_ms
        self._places = threading.BoundedSemaphore(_MOST_WAITING)

    def wait_for_events(self, book_id: str, category_ids: Sequence[str]) -> None:
        """Wait while one of these may become known, outside of any transaction."""
        if not category_ids or not self._may_become_known(book_id, category_ids) or not self._places.acquire(blocking=False):
            return
        try:
            deadline = time.monotonic() + self._timeout
            while time.monotonic() < deadline and self._may_become_known(book_id, category_ids):
                time.sleep(_POLL_SECONDS)
        finally:
            self._places.release()

    def _may_become_known(self, book_id: str, category_ids: Sequence[str]) -> bool:
        with self._store.read() as uow:
            unknown = _unknown(uow, book_id, category_ids)
            complete = uow.categories.complete(book_id)
        return any(not complete or is_recent(category_id, self._now_ms()) for category_id in unknown)

    def check(self, uow: BudgetsUnitOfWork, book_id: str, category_ids: Sequence[str]) -> None:
        """Raise UnknownCategoryError, or CategoryPendingError if the event of a new category has not come yet.

        Until all categories of a book are known, which takes moments after an upgrade, an unknown one is accepted; the budget
        shows it as missing later if it does not exist.
        """
        known, complete = uow.categories.of(book_id, category_ids), uow.categories.complete(book_id)
        unknown = set(_unknown(uow, book_id, category_ids))
        wrong = [
            number
            for number, category_id in enumerate(category_ids)
            if (category_id not in known and category_id not in unknown)
            or (category_id in known and known[category_id].removed)
            or (category_id in unknown and complete and not is_recent(category_id, self._now_ms()))
        ]
        if wrong:
            raise UnknownCategoryError([{"pointer": f"/category_ids/{number}", "message": "Unknown category."} for number in wrong])
        if unknown and complete:
            raise CategoryPendingError


def _unknown(uow: BudgetsUnitOfWork, book_id: str, category_ids: Sequence[str]) -> list[str]:
    """Return those that are neither of this book nor of another one, as far as is known."""
    known = uow.categories.of(book_id, category_ids)
    missing = [category_id for category_id in category_ids if category_id not in known]
    foreign = uow.categories.foreign(book_id, missing) if missing else set()
    return [category_id for category_id in missing if category_id not in foreign]
