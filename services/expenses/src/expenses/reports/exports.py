"""Reads expenses page by page, so that an export of any number of them takes little memory."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from chassis.security.tokens import Caller
from expenses.entries.filter import ExpenseFilter
from expenses.entries.service import ExpenseWithReceipts, with_receipts
from expenses.unit_of_work import ExpensesStore

_PAGE = 1000


@dataclass(frozen=True, slots=True)
class ExportedExpense:
    """An expense with the name of its category, None without one."""

    shown: ExpenseWithReceipts
    category: str | None


class ExportService:
    """Reads the expenses of an export."""

    def __init__(self, store: ExpensesStore) -> None:
        self._store = store

    def pages(
        self, caller: Caller, first: date | None, last: date | None, *, receipts: bool = False
    ) -> Iterator[list[ExportedExpense]]:
        """Yield pages, oldest first, each from a transaction of its own: a slow reader must not hold one open."""
        names, position, wanted = self._category_names(caller), None, ExpenseFilter(first=first, last=last)
        while True:
            with self._store.read() as uow:
                book = uow.books.find(caller.book_id)
                page = uow.expenses.page(book, wanted, "spent_on", _PAGE, position) if book else []
                shown = with_receipts(uow, book, page) if book and receipts else [ExpenseWithReceipts(one) for one in page]
            if page:
                yield [ExportedExpense(one, names.get(one.expense.category_id)) for one in shown]
            if len(page) < _PAGE:
                return
            position = (page[-1].spent_on.isoformat(), page[-1].number)

    def _category_names(self, caller: Caller) -> dict[str | None, str]:
        with self._store.read() as uow:
            book = uow.books.find(caller.book_id)
            return {category.id: category.name for category in uow.categories.all(book)} if book else {}
