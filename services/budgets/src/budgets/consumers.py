"""The events that budgets live on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from budgets.domain.bookkeeping import Bookkeeping
from budgets.domain.errors import DepartedError
from budgets.domain.expense import NO_CATEGORY, Entry, Expense
from budgets.domain.ports import Store, Work
from chassis.bus import Never, Queue
from chassis.events import Event
from money import Money, MoneyError

SPENDING = ("expense.recorded", "expense.changed", "expense.removed")


class Consumers:
    """Event type to method. Each event is handled once, in one transaction with all that follows from it."""

    def __init__(self, store: Store, bookkeeping: Bookkeeping) -> None:
        """Handle events with these."""
        self._store, self._bookkeeping = store, bookkeeping

    def queues(self) -> tuple[Queue, ...]:
        """Return what to listen to."""
        people = {"user.registered": self._on_person, "user.changed": self._on_person, "user.deleted": self._on_departure}
        return (
            Queue("budgets.spending", SPENDING, self._once(self._on_spending)),
            Queue(
                "budgets.people",
                tuple(people),
                self._once(lambda work, event: people[event.type](work, event)),
                farewells=("user.deleted",),
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
        news = [_entry(change) for change in event.data["changes"]]
        self._bookkeeping.post(work, event.data["user_id"], news)

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
        raise Never(f"expense {expense_id}: {error}") from error
