"""Budgets, expenses and crossings to put into a store."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from budgets.model import Budget, Crossing, Expense, Rollover, Scope, Trigger
from budgets.periods import Cycle, Period, Schedule
from chassis.runtime.ids import uuid7
from money import Money

USER, OTHER = uuid7(), uuid7()
FOOD, FUN = uuid7(), uuid7()
JANUARY = Period(date(2015, 1, 1), date(2015, 1, 31))


def an_expense(minor: int = 500, day: str = "2015-01-10", category: str = FOOD, currency: str = "USD", **changes: Any) -> Expense:
    made = Expense(uuid7(), date.fromisoformat(day), category, Money(minor, currency), Money(minor, currency), "Onion")
    return replace(made, **changes)


def a_budget(name: str = "Food", **changes: Any) -> Budget:
    made = Budget(
        id=uuid7(),
        book_id=USER,
        name=name,
        scope=Scope("USD", (FOOD, FUN)),
        amount=Money(20000, "USD"),
        schedule=Schedule(Cycle.MONTHLY, date(2015, 1, 25)),
        thresholds=(80, 100),
        rollover=Rollover.UNSPENT,
        version=3,
        created_at=datetime(2015, 1, 1, 9, 0, 0, 123456, tzinfo=UTC),
    )
    return replace(made, **changes)


def a_crossing(budget: Budget, expense: Expense | None, **changes: Any) -> Crossing:
    made = Crossing(
        id=uuid7(),
        budget_id=budget.id,
        period=JANUARY,
        threshold=100,
        trigger=Trigger(expense, 20825),
        currency="USD",
        announced=True,
        at=datetime(2015, 1, 24, 18, tzinfo=UTC),
    )
    return replace(made, **changes)
