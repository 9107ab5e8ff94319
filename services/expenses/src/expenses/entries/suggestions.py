"""Suggests a category for a new expense, from what was recorded before."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from chassis.security.tokens import Caller
from expenses.entries.filter import ExpenseFilter
from expenses.unit_of_work import ExpensesStore

_HISTORY = 200
"""How many of a payee's expenses count, the latest: habits change."""


class CategorySuggestions:
    """Suggests categories."""

    def __init__(self, store: ExpensesStore) -> None:
        self._store = store

    def category(self, caller: Caller, payee: str) -> str | None:
        """Return the id of the category that most expenses of a payee have; None if none of them has one."""
        with self._store.read() as uow:
            book = uow.books.find(caller.book_id)
            if book is None:
                return None
            history = uow.expenses.page(book, ExpenseFilter(payee=payee), "-spent_on", _HISTORY)
            return usual_category(expense.category_id for expense in history)


def usual_category(latest_first: Iterable[str | None]) -> str | None:
    """Return the most frequent category, of several the one used last; an expense without one says nothing."""
    counted = Counter(category for category in latest_first if category is not None)
    # A Counter keeps the order of first sight, and max() takes the first of equals.
    return max(counted, key=counted.__getitem__, default=None)
