"""Recording, reading and changing single expenses."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from chassis.runtime.clock import Clock
from chassis.runtime.idempotency import IdempotencyKey, StoredResponse
from chassis.runtime.ids import Ids
from chassis.security.tokens import Caller
from expenses.books.model import Book
from expenses.entries.changes import apply_changes
from expenses.entries.draft import UNCHANGED, ExpenseDraft, ExpensePatch, home_amount_of
from expenses.entries.filter import FilterRequest
from expenses.entries.model import Change, Expense
from expenses.errors import ExpenseNotFoundError, InvalidExpenseError, StaleVersionError, problem
from expenses.moments import whole_milliseconds
from expenses.paging import Page, Position
from expenses.rates.converter import Converter
from expenses.receipts.model import Receipt
from expenses.unit_of_work import ExpensesStore, ExpensesUnitOfWork


@dataclass(frozen=True, slots=True)
class ExpenseWithReceipts:
    """An expense as people see it."""

    expense: Expense
    receipts: Sequence[Receipt] = ()


class ExpenseService:
    """Records, reads and changes expenses."""

    def __init__(self, store: ExpensesStore, converter: Converter, clock: Clock, ids: Ids) -> None:
        self._store, self._converter, self._clock, self._ids = store, converter, clock, ids

    def record(
        self,
        caller: Caller,
        draft: ExpenseDraft,
        key: IdempotencyKey | None,
        respond: Callable[[ExpenseWithReceipts], StoredResponse],
    ) -> StoredResponse:
        """Record an expense; raises InvalidExpenseError."""
        with self._store.write() as uow:
            book = uow.books.lock(caller)
            return uow.idempotent(key, lambda: respond(self._record(uow, book, draft)))

    def _record(self, uow: ExpensesUnitOfWork, book: Book, draft: ExpenseDraft) -> ExpenseWithReceipts:
        home = home_amount_of(self._converter, draft.amount, book.home_currency, draft.spent_on, given=draft.home_amount)
        _check_category(uow, book, draft.category_id)
        now = whole_milliseconds(self._clock())
        expense = Expense(
            id=self._ids(),
            kind=draft.kind,
            amount=draft.amount,
            home_amount=home,
            home_amount_given=draft.home_amount is not None,
            spent_on=draft.spent_on,
            payee=draft.payee,
            description=draft.description,
            category_id=draft.category_id,
            tags=draft.tags,
            note=draft.note,
            author=book.author,
            created_at=now,
            updated_at=now,
        )
        apply_changes(uow, book, [Change(None, expense)])
        return ExpenseWithReceipts(expense)

    def get(self, caller: Caller, expense_id: str) -> ExpenseWithReceipts:
        """Return one expense; raises ExpenseNotFoundError."""
        with self._store.read() as uow:
            book = uow.books.find(caller.book_id)
            expense = uow.expenses.get(book, expense_id) if book else None
            if book is None or expense is None:
                raise ExpenseNotFoundError
            return with_receipts(uow, book, [expense])[0]

    def page(
        self, caller: Caller, wanted: FilterRequest, sort: str, limit: int, after: Position | None
    ) -> Page[ExpenseWithReceipts]:
        """Return a part of the list; raises InvalidFilterError."""
        with self._store.read() as uow:
            book = uow.books.find(caller.book_id)
            chosen = wanted.in_currency(book.home_currency if book else caller.home_currency)
            found = uow.expenses.page(book, chosen, sort, limit + 1, after) if book else []
            page = Page.of(found, limit, lambda expense: _position(expense, sort))
            return Page(with_receipts(uow, book, page.items) if book else [], page.position)

    def change(self, caller: Caller, expense_id: str, version: int, patch: ExpensePatch) -> ExpenseWithReceipts:
        """Change an expense; raises ExpenseNotFoundError, StaleVersionError, InvalidExpenseError."""
        with self._store.write() as uow:
            book = uow.books.lock(caller)
            before = expense_at(uow, book, expense_id, version)
            values = self._changed_values(uow, book, before, patch)
            if any(getattr(before, name) != value for name, value in values.items()):
                after = before.revised(self._clock(), **values)
                apply_changes(uow, book, [Change(before, after)])
                return with_receipts(uow, book, [after])[0]
            return with_receipts(uow, book, [before])[0]

    def _changed_values(self, uow: ExpensesUnitOfWork, book: Book, before: Expense, patch: ExpensePatch) -> dict[str, Any]:
        plain = ("kind", "spent_on", "payee", "description", "tags", "note")
        values = {name: getattr(patch, name) for name in plain if getattr(patch, name) is not None}
        if patch.category_id is not UNCHANGED:
            _check_category(uow, book, patch.category_id)
            values["category_id"] = patch.category_id
        return values | self._changed_amounts(book, before, patch, patch.spent_on or before.spent_on)

    def _changed_amounts(self, book: Book, before: Expense, patch: ExpensePatch, day: date) -> dict[str, Any]:
        amount, given = patch.amount or before.amount, patch.home_amount
        if given is None and amount == before.amount and day == before.spent_on:
            return {}
        home = home_amount_of(self._converter, amount, book.home_currency, day, given=given)
        return {"amount": amount, "home_amount": home, "home_amount_given": given is not None}


def with_receipts(uow: ExpensesUnitOfWork, book: Book, expenses: Sequence[Expense]) -> list[ExpenseWithReceipts]:
    """Return expenses with their receipts, which are read for all of them at once."""
    found: dict[str, list[Receipt]] = {}
    for receipt in uow.receipts.of(book, [expense.id for expense in expenses]):
        found.setdefault(receipt.expense_id, []).append(receipt)
    return [ExpenseWithReceipts(expense, found.get(expense.id, ())) for expense in expenses]


def expense_at(uow: ExpensesUnitOfWork, book: Book, expense_id: str, version: int) -> Expense:
    """Return an expense at the version that the caller has read; raises ExpenseNotFoundError, StaleVersionError."""
    expense = uow.expenses.get(book, expense_id)
    if expense is None:
        raise ExpenseNotFoundError
    if expense.version != version:
        raise StaleVersionError(expense.version)
    return expense


def _check_category(uow: ExpensesUnitOfWork, book: Book, category_id: str | None) -> None:
    if category_id is not None and uow.categories.get(book, category_id) is None:
        raise InvalidExpenseError([problem("/category_id", "is not the id of one of your categories")])


def _position(expense: Expense, sort: str) -> Position:
    return [expense.home_amount.minor if sort.endswith("amount") else expense.spent_on.isoformat(), expense.number]
