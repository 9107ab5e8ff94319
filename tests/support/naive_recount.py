"""What budgets must come to, counted from scratch in the plainest way, with none of the engine's code."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

FAR = 130
"""Periods in either direction; more than any example reaches."""


def start(cycle: str, anchor: date, number: int) -> date:
    if cycle == "weekly":
        return anchor + timedelta(weeks=number)
    month = anchor.month - 1 + number * {"monthly": 1, "quarterly": 3, "yearly": 12}[cycle]
    first = date(anchor.year + month // 12, month % 12 + 1, 1)
    day = first
    while day.month == first.month and day.day < anchor.day:
        day += timedelta(days=1)
    return day if day.month == first.month else day - timedelta(days=1)


def periods(budget: dict[str, Any]) -> list[tuple[date, date, int]]:
    """(first day, last day, number) of many periods around the anchor."""
    anchor = date.fromisoformat(budget["starts_on"])
    starts = [start(budget["period"], anchor, number) for number in range(-FAR, FAR)]
    return [
        (first, following - timedelta(days=1), number)
        for number, first, following in zip(range(-FAR, FAR), starts, starts[1:], strict=False)
    ]


def counts(budget: dict[str, Any], expense: dict[str, Any]) -> bool:
    return (
        expense["kind"] == "expense"
        and expense["home_amount"]["currency"] == budget["amount"]["currency"]
        and (budget["category_ids"] == [] or expense["category_id"] in budget["category_ids"])
    )


def recount(budget: dict[str, Any], expenses: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """First day of each period to what it must come to."""
    counted = [
        (date.fromisoformat(expense["spent_on"]), Decimal(expense["home_amount"]["amount"]))
        for expense in expenses
        if counts(budget, expense)
    ]
    found = {}
    amount = Decimal(budget["amount"]["amount"])
    limit = amount
    for first, last, number in periods(budget):
        spent = sum((minor for day, minor in counted if first <= day <= last), Decimal(0))
        if number <= 0 or budget["rollover"] == "none":
            limit = amount
        found[first.isoformat()] = {
            "to": last.isoformat(),
            "limit": limit,
            "spent": spent,
            "held": {threshold for threshold in budget["thresholds"] if holds(threshold, spent, limit)},
        }
        left = limit - spent
        limit = amount + (left if budget["rollover"] == "all" else max(left, Decimal(0)))
    return found


def holds(threshold: int, spent: Decimal, limit: Decimal) -> bool:
    if spent <= 0:
        return False
    return spent > limit if threshold == 100 else spent >= limit * threshold / 100
