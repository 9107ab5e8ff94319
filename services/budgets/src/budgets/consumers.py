"""The events that budgets live on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from budgets.domain.bookkeeping import Bookkeeping
from budgets.domain.category import Category
from budgets.domain.converting import Converting
from budgets.domain.errors import DepartedError
from budgets.domain.expense import NO_CATEGORY, Entry, Expense
from budgets.domain.following import Following
from budgets.domain.importing import Importing
from budgets.domain.ports import Store, Work
from chassis.messaging.bus import Queue, Reject
from chassis.messaging.events import Event
from money import Money, MoneyError

SPENDING = ("expense.recorded", "expense.changed", "expense.removed")


class Consumers:
    """Event type to method. Each event is handled once, in one transaction with all that follows from it."""

    def __init__(
        self, store: Store, *, bookkeeping: Bookkeeping, following: Following, converting: Converting, importing: Importing
    ) -> None:
        """Handle events with these."""
        self._store, self._bookkeeping = store, bookkeeping
        self._following, self._converting, self._importing = following, converting, importing

    def queues(self) -> tuple[Queue, ...]:
        """Return what to listen to."""
        people = {"user.registered": self._on_person, "user.changed": self._on_person, "user.deleted": self._on_departure}
        spending = {
            **dict.fromkeys(SPENDING, self._on_spending),
            "category.changed": self._on_categories,
            "category.removed": self._on_category_removed,
            "expenses.converted": self._on_conversion,
            "import.completed": self._on_import,
            "import.undone": self._on_undone_import,
        }
        return (
            Queue("budgets.spending", tuple(spending), self._once(lambda work, event: spending[event.type](work, event))),
            Queue(
                "budgets.people",
                tuple(people),
                self._once(lambda work, event: people[event.type](work, event)),
                erasure_events=("user.deleted",),
            ),
        )

    def _once(self, handle: Callable[[Work, Event], None]) -> Callable[[Event], None]:
        def handler(event: Event) -> None:
            try:
                with self._store.write(event.data["user_id"], caused_at=event.occurred_at) as work:
                    if work.first_time(event.id):
                        handle(work, event)
            except DepartedError:
                return  # news about somebody who left; nothing of theirs may come back

        return handler

    def _on_spending(self, work: Work, event: Event) -> None:
        moved = event.data.get("category_moved")
        if moved is not None:
            category = Category(moved["from"], moved["version"], removed=True, moved_to=moved["to"])
            self._following.removed(work, event.data["user_id"], category)
        converted = event.data.get("home_currency_changed")
        if converted is not None:
            self._converting.begin(work, event.data["user_id"], converted["version"], converted["from"], converted["to"])
        news = [_entry(change) for change in event.data["changes"]]
        import_id = event.data["import_id"] if event.type == "expense.recorded" else None
        self._bookkeeping.post(work, event.data["user_id"], news, import_id=import_id)
        if import_id is not None:
            self._importing.counted(work, event.data["user_id"], import_id, len(news))
        if converted is not None:
            self._converting.finish(work, event.data["user_id"])

    def _on_categories(self, work: Work, event: Event) -> None:
        heard = [Category(entry["category_id"], entry["version"]) for entry in event.data["categories"]]
        self._following.heard(work, event.data["user_id"], heard, complete=event.data["complete"])

    def _on_category_removed(self, work: Work, event: Event) -> None:
        data = event.data
        category = Category(data["category_id"], data["version"], removed=True, moved_to=data["moved_to"])
        self._following.removed(work, data["user_id"], category)

    def _on_import(self, work: Work, event: Event) -> None:
        self._importing.completed(work, event.data["user_id"], event.data)

    def _on_undone_import(self, work: Work, event: Event) -> None:
        self._importing.undone(work, event.data["user_id"], event.data["import_id"])

    def _on_conversion(self, work: Work, event: Event) -> None:
        data = event.data
        rate = None if data["rate"] is None else Decimal(data["rate"])
        self._converting.told(
            work, data["user_id"], data["version"], source=data["from"], target=data["to"], rate=rate, events=data["events"]
        )

    def _on_person(self, work: Work, event: Event) -> None:
        data = event.data
        work.people.update(data["user_id"], time_zone=data["time_zone"], version=data["version"])

    def _on_departure(self, work: Work, event: Event) -> None:
        work.people.forget(event.data["user_id"])


def _entry(change: Mapping[str, Any]) -> Entry:
    after = change["after"]
    spent = after is not None and after["kind"] == "expense"
    return Entry(change["expense_id"], change["version"], _expense(change["expense_id"], after) if spent else None)


def _expense(expense_id: str, state: Mapping[str, Any]) -> Expense:
    try:
        return Expense(
            id=expense_id,
            day=date.fromisoformat(state["spent_on"]),
            category_id=state["category_id"] or NO_CATEGORY,
            home=Money.from_wire(state["home_amount"]),
            amount=Money.from_wire(state["amount"]),
            payee=state["payee"],
        )
    except (MoneyError, ValueError) as error:
        raise Reject(f"expense {expense_id}: {error}") from error
