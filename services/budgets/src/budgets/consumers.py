"""The events that budgets consume: each is handled once, in one transaction with all that follows from it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any

from budgets.categories.model import Category
from budgets.categories.service import CategoryTracking
from budgets.conversions.service import LimitConversions
from budgets.errors import DepartedError
from budgets.imports.service import ImportReviews
from budgets.model import NO_CATEGORY, Expense, ExpenseVersion
from budgets.projection import SpendingProjection
from budgets.unit_of_work import BudgetsStore, BudgetsUnitOfWork
from chassis.messaging.bus import Handler, Queue, Reject
from chassis.messaging.events import Event
from money import Money, MoneyError

Handle = Callable[[BudgetsUnitOfWork, str, Event], None]
"""Handles an event of a book within a unit of work."""


class Consumers:
    """Event type to method."""

    def __init__(
        self,
        store: BudgetsStore,
        *,
        projection: SpendingProjection,
        categories: CategoryTracking,
        conversions: LimitConversions,
        imports: ImportReviews,
    ) -> None:
        self._store, self._projection = store, projection
        self._categories, self._conversions, self._imports = categories, conversions, imports

    def queues(self) -> tuple[Queue, ...]:
        spending: dict[str, Handle] = {
            "expense.recorded": self._on_expenses,
            "expense.changed": self._on_expenses,
            "expense.removed": self._on_expenses,
            "category.changed": self._on_categories,
            "category.removed": self._on_category_removed,
            "expenses.converted": self._on_conversion,
            "import.completed": self._on_import_completed,
            "import.undone": self._on_import_undone,
        }
        people: dict[str, Handle] = {
            "user.registered": self._on_user,
            "user.changed": self._on_user,
            "user.deleted": self._on_user_deleted,
        }
        return (self._queue("budgets.spending", spending), self._queue("budgets.people", people, erasure_events=("user.deleted",)))

    def _queue(self, name: str, handlers: Mapping[str, Handle], *, erasure_events: tuple[str, ...] = ()) -> Queue:
        transaction = partial(self._transaction, handlers)

        def handle(event: Event) -> None:
            with transaction() as handler:
                handler(event)

        return Queue(name, tuple(handlers), handle, erasure_events=erasure_events, transaction=transaction)

    @contextmanager
    def _transaction(self, handlers: Mapping[str, Handle]) -> Iterator[Handler]:
        """Begin a transaction in which events are handled one after the other."""
        with self._store.write() as uow:
            yield lambda event: _handle(uow, handlers, event)

    def _on_expenses(self, uow: BudgetsUnitOfWork, book_id: str, event: Event) -> None:
        data = event.data
        moved, converted = data.get("category_moved"), data.get("home_currency_changed")
        if moved is not None:
            category = Category(moved["from"], moved["version"], removed=True, moved_to=moved["to"])
            self._categories.remove(uow, book_id, category)
        if converted is not None:
            version, source, target = converted["version"], converted["from"], converted["to"]
            self._conversions.expenses_received(uow, book_id, version, source, target)
        versions = [_version(change) for change in data["changes"]]
        import_id = data["import_id"] if event.type == "expense.recorded" else None
        self._projection.apply(uow, book_id, versions, import_id=import_id)
        if import_id is not None:
            self._imports.expenses_received(uow, book_id, import_id, len(versions))
        if converted is not None:
            self._conversions.convert(uow, book_id)

    def _on_categories(self, uow: BudgetsUnitOfWork, book_id: str, event: Event) -> None:
        categories = [Category(entry["category_id"], entry["version"]) for entry in event.data["categories"]]
        self._categories.add(uow, book_id, categories, complete=event.data["complete"])

    def _on_category_removed(self, uow: BudgetsUnitOfWork, book_id: str, event: Event) -> None:
        data = event.data
        category = Category(data["category_id"], data["version"], removed=True, moved_to=data["moved_to"])
        self._categories.remove(uow, book_id, category)

    def _on_conversion(self, uow: BudgetsUnitOfWork, book_id: str, event: Event) -> None:
        data = event.data
        rate = None if data["rate"] is None else Decimal(data["rate"])
        self._conversions.rate_received(
            uow, book_id, data["version"], source=data["from"], target=data["to"], rate=rate, events=data["events"]
        )

    def _on_import_completed(self, uow: BudgetsUnitOfWork, book_id: str, event: Event) -> None:
        self._imports.completed(uow, book_id, event.data)

    def _on_import_undone(self, uow: BudgetsUnitOfWork, book_id: str, event: Event) -> None:
        self._imports.undone(uow, book_id, event.data["import_id"])

    def _on_user(self, uow: BudgetsUnitOfWork, book_id: str, event: Event) -> None:
        uow.books.update_time_zone(book_id, event.data["time_zone"], version=event.data["version"])

    def _on_user_deleted(self, uow: BudgetsUnitOfWork, book_id: str, _event: Event) -> None:
        uow.books.erase(book_id)


def _handle(uow: BudgetsUnitOfWork, handlers: Mapping[str, Handle], event: Event) -> None:
    uow.caused_at = event.occurred_at
    try:
        uow.books.lock(event.book_id)
    except DepartedError:
        return  # a late event of a deleted account; nothing may be stored for it again
    uow.events.caused_by = event.data["user_id"]
    if uow.mark_handled(event.id):
        handlers[event.type](uow, event.book_id, event)


def _version(change: Mapping[str, Any]) -> ExpenseVersion:
    after = change["after"]
    is_expense = after is not None and after["kind"] == "expense"
    return ExpenseVersion(change["expense_id"], change["version"], _expense(change["expense_id"], after) if is_expense else None)


def _expense(expense_id: str, state: Mapping[str, Any]) -> Expense:
    try:
        return Expense(
            id=expense_id,
            day=date.fromisoformat(state["spent_on"]),
            category_id=state["category_id"] or NO_CATEGORY,
            home_amount=Money.from_wire(state["home_amount"]),
            amount=Money.from_wire(state["amount"]),
            payee=state["payee"],
        )
    except (MoneyError, ValueError) as error:
        raise Reject(f"expense {expense_id}: {error}") from error
