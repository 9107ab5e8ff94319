"""The state of budgets, today and in the past."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from http import HTTPStatus
from itertools import chain
from typing import Any

from assistant.tools import links
from assistant.tools.client import PublicApi, RefusedError, place
from assistant.tools.entries import EntryList
from assistant.tools.model import BudgetState, Category, Order, Selection, Tipping
from assistant.tools.parsing import money
from assistant.tools.query import Query
from assistant.tools.spending import MOST
from money import Money

Rows = Mapping[str, Any]


class BudgetList:
    """Reads the budgets of one person."""

    def __init__(self, api: PublicApi, entries: EntryList, categories: Callable[[], Mapping[str, Category]]) -> None:
        """`categories` returns all of them by id."""
        self._api, self._entries, self._categories = api, entries, categories

    def states(self, on: date | None) -> list[BudgetState]:
        """Return the budgets in the period that contains a day; those without such a period are left out."""
        budgets = chain.from_iterable(self._api.pages("/budgets"))
        found = ((budget, self._period(budget, on)) for budget in budgets)
        return [self._state(budget, period) for budget, period in found if period is not None]

    def tipping(self, budget_id: str, on: date, query: Callable[[Selection], Query]) -> Tipping | None:
        """Return the entry that pushed a budget over its limit; `query` translates a selection."""
        budget = self._api.read(place("budgets", budget_id))
        period = self._past(budget_id, on)
        if period is None or money(period["spent"]).minor <= money(period["limit"]).minor:
            return None
        tipped = period["tipped_by"]
        return self._recorded(tipped) if tipped else self._computed(budget, period, query)

    def _period(self, budget: Rows, on: date | None) -> Rows | None:
        current: Rows = budget["current"]
        if on is None or current["from"] <= on.isoformat() <= current["to"]:
            return current
        return None if on.isoformat() > current["to"] else self._past(budget["id"], on)

    def _past(self, budget_id: str, on: date) -> Rows | None:
        day = on.isoformat()
        for period in chain.from_iterable(self._api.pages(place("budgets", budget_id, "periods"))):
            if period["from"] <= day:
                return period if day <= period["to"] else None
        return None

    def _state(self, budget: Rows, period: Rows) -> BudgetState:
        known = self._categories()
        return BudgetState(
            id=budget["id"],
            version=budget["version"],
            name=budget["name"],
            cycle=budget["period"],
            categories=tuple(known[category] for category in budget["category_ids"] if category in known),
            first=date.fromisoformat(period["from"]),
            last=date.fromisoformat(period["to"]),
            limit=money(period["limit"]),
            spent=money(period["spent"]),
            remaining=money(period["remaining"]),
            percent=period["percent"],
            state=period["state"],
            link=links.budget(budget["id"]),
        )

    def _recorded(self, tipped: Rows) -> Tipping:
        entry = self._entry(tipped["expense_id"])
        return Tipping(
            expense_id=tipped["expense_id"],
            spent_on=date.fromisoformat(tipped["spent_on"]),
            payee=tipped["payee"],
            description=entry.get("description", ""),
            # The period has the amount that was paid, in any currency.
            amount=money(entry.get("home_amount", tipped["amount"])),
            spent_then=money(tipped["spent_then"]),
            link=links.day_of(tipped["spent_on"], tipped["payee"], "expense"),
        )

    def _entry(self, expense_id: str) -> Rows:
        """Return an entry, or an empty one if it was just deleted."""
        try:
            return self._entries.one(expense_id)
        except RefusedError as error:
            if error.status != HTTPStatus.NOT_FOUND:
                raise
            return {}

    def _computed(self, budget: Rows, period: Rows, query: Callable[[Selection], Query]) -> Tipping | None:
        """Find the entry by adding up: a period from before the budget was created has no recorded one."""
        known, limit = self._categories(), money(period["limit"])
        selection = Selection(
            first=date.fromisoformat(period["from"]),
            last=date.fromisoformat(period["to"]),
            categories=tuple(known[category] for category in budget["category_ids"] if category in known),
        )
        spent = Money(0, limit.currency)
        for row in self._entries.first(query(selection), Order.OLDEST, MOST):
            spent += money(row["home_amount"])
            if spent.minor > limit.minor:
                return Tipping(
                    expense_id=row["id"],
                    spent_on=date.fromisoformat(row["spent_on"]),
                    payee=row["payee"],
                    description=row["description"],
                    amount=money(row["home_amount"]),
                    spent_then=spent,
                    link=links.day_of(row["spent_on"], row["payee"], "expense"),
                )
        return None
