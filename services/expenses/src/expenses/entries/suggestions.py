"""What a new entry is likely to be, from what was recorded before."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from expenses.entries.model import one_line
from expenses.ports import Filter

if TYPE_CHECKING:
    from collections.abc import Sequence

    from expenses.ports import Store, Who

_HISTORY = 200
"""Entries of a payee that count, the latest: habits change."""


class Suggestions:
    """Suggestions for everybody."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def category(self, who: Who, payee: str) -> str | None:
        """Return the id of the category that most entries of a payee have, None if none of them has one."""
        with self._store.reading() as work:
            owner = work.owners.find(who.user_id)
            if owner is None:
                return None
            history = work.expenses.page(owner, Filter(payee=one_line(payee)), "-spent_on", _HISTORY)
            return usual_category([expense.category_id for expense in history])


def usual_category(latest_first: Sequence[str | None]) -> str | None:
    """Return the most frequent category, of several the one used last; an entry without one says nothing."""
    counted = Counter(category for category in latest_first if category is not None)
    # A Counter keeps the order of first sight, and max() takes the first of equals.
    return max(counted, key=counted.__getitem__, default=None)
