"""Checks that the categories of a budget exist, and waits a moment for the news of one that was just made."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence

from budgets.domain.category import is_new
from budgets.domain.errors import CategoryPendingError, UnknownCategoryError
from budgets.domain.ports import Store, View

_LOOK_SECONDS = 0.05
_MOST_WAITING = 4
"""Requests that wait at a time; a process has more threads than this."""


def _now_ms() -> int:
    return int(time.time() * 1000)


class CategoryCheck:
    """Says of each category id whether a budget can have it."""

    def __init__(self, store: Store, *, patience: float, now_ms: Callable[[], int] = _now_ms) -> None:
        """Wait up to `patience` seconds for news; `now_ms` is the time from which ids are made."""
        self._store, self._patience, self._now_ms = store, patience, now_ms
        self._places = threading.BoundedSemaphore(_MOST_WAITING)

    def await_news(self, user_id: str, category_ids: Sequence[str]) -> None:
        """Wait as long as one of these may become known, outside of any transaction."""
        if not category_ids or not self._may_become_known(user_id, category_ids) or not self._places.acquire(blocking=False):
            return
        try:
            deadline = time.monotonic() + self._patience
            while time.monotonic() < deadline and self._may_become_known(user_id, category_ids):
                time.sleep(_LOOK_SECONDS)
        finally:
            self._places.release()

    def _may_become_known(self, user_id: str, category_ids: Sequence[str]) -> bool:
        with self._store.read() as view:
            unknown = _unknown(view, user_id, category_ids)
            complete = view.categories.complete(user_id)
        return any(not complete or is_new(category_id, self._now_ms()) for category_id in unknown)

    def check(self, view: View, user_id: str, category_ids: Sequence[str]) -> None:
        """Raise UnknownCategoryError, or CategoryPendingError where the news of a new one have not come yet.

        As long as not all categories of a user are known, which is the case for moments after an upgrade, one that nothing is
        known of is let in; the budget says later if there is no such category.
        """
        known, complete = view.categories.of(user_id, category_ids), view.categories.complete(user_id)
        unknown = set(_unknown(view, user_id, category_ids))
        wrong = [
            number
            for number, category_id in enumerate(category_ids)
            if (category_id not in known and category_id not in unknown)
            or (category_id in known and known[category_id].removed)
            or (category_id in unknown and complete and not is_new(category_id, self._now_ms()))
        ]
        if wrong:
            raise UnknownCategoryError([{"pointer": f"/category_ids/{number}", "message": "Unknown category."} for number in wrong])
        if unknown and complete:
            raise CategoryPendingError


def _unknown(view: View, user_id: str, category_ids: Sequence[str]) -> list[str]:
    """Return those of which nothing is known, not even that they are somebody else's."""
    known = view.categories.of(user_id, category_ids)
    missing = [category_id for category_id in category_ids if category_id not in known]
    foreign = view.categories.foreign(user_id, missing) if missing else set()
    return [category_id for category_id in missing if category_id not in foreign]
