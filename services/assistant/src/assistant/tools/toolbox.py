"""The tools of one person for one message."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from assistant.person import Person
from assistant.tools import links, parsing
from assistant.tools.budgets import BudgetList
from assistant.tools.changes import Changes
from assistant.tools.client import PublicApi
from assistant.tools.entries import EntryList
from assistant.tools.model import (
    BudgetState,
    By,
    Category,
    Change,
    Entries,
    Entry,
    Order,
    Selection,
    Sum,
    Tipping,
    ToolError,
    Total,
)
from assistant.tools.narrowing import narrowed_to, within_days
from assistant.tools.query import Query, query_for
from assistant.tools.spending import Line, Spending
from money import Money


class Toolbox:
    """Reads and changes data through the public API. All methods raise ToolError. Results are cached for one message only."""

    def __init__(self, api: PublicApi, person: Person) -> None:
        self._api, self._person = api, person
        self._spending, self._list, self._changes = Spending(api), EntryList(api), Changes(api)
        self._budgets = BudgetList(api, self._list, self._known)
        self._categories: Mapping[str, Category] | None = None
        self._payees: Sequence[str] | None = None

    def categories(self) -> Sequence[Category]:
        return list(self._known().values())

    def payees(self) -> Sequence[str]:
        """Return the names of all payees, those with the most spending first."""
        if self._payees is None:
            items = self._api.read("/summary", by="payee")["items"]
            self._payees = [item["key"] for item in items if item["key"]]
        return self._payees

    def total(self, selection: Selection) -> Total:
        """Return the sum and the number of the selected entries."""
        query = self._query(selection)
        line = self._spending.total(query, self._person.currency)
        return Total(_money(line), line.count, links.list_of(query))

    def sums(self, selection: Selection, by: By) -> Sequence[Sum]:
        """Return the sums of the selected entries: categories and payees by size, months and days in order.

        Months and days without entries are left out.
        """
        lines, known = self._spending.lines(self._query(selection), by), self._known() if by is By.CATEGORY else {}

        def sum_of(key: str, line: Line) -> Sum:
            label = known[key].name if key in known else line.label or key
            link = links.list_of(self._query(narrowed_to(selection, by, key, known)))
            return Sum(key, label, _money(line), line.count, link)

        by_size = by in {By.CATEGORY, By.PAYEE}
        order = sorted(lines.items(), key=lambda item: (-item[1].minor, item[0]) if by_size else (0, item[0]))
        return [sum_of(key, line) for key, line in order]

    def entries(self, selection: Selection, order: Order, limit: int) -> Entries:
        """Return the first of the selected entries, and how many there are."""
        query = self._query(selection)
        if selection.texts or selection.tag or selection.currency:
            days = self._spending.lines(query, By.DAY)
            total = sum(line.count for line in days.values())
            rows = self._list.first(self._query(within_days(selection, days, order, limit)), order, limit) if total else []
        else:
            rows = self._list.first(query, order, limit)
            total = len(rows) if len(rows) < limit else self._spending.total(query, self._person.currency).count
        return Entries(tuple(parsing.entry(row, self._known()) for row in rows), total, links.list_of(query, order))

    def entry(self, expense_id: str) -> Entry:
        return parsing.entry(self._list.one(expense_id), self._known())

    def budgets(self, on: date | None = None) -> Sequence[BudgetState]:
        """Return the budgets in the period that contains a day, by default today; those without such a period are left out."""
        return self._budgets.states(on)

    def tipping(self, budget_id: str, on: date) -> Tipping | None:
        """Return the entry that pushed a budget over its limit in the period that contains a day, or None."""
        return self._budgets.tipping(budget_id, on, self._query)

    def suggested_category(self, payee: str) -> Category | None:
        """Return the category that the person usually chooses for a payee."""
        suggested = self._api.read("/suggestions/category", payee=payee)["category_id"]
        return self._known().get(suggested or "")

    def carry_out(self, proposal_id: str, action: str, parameters: Mapping[str, Any]) -> Change:
        """Make a change; calling it again with the same id has no further effect.

        Parameters by action:
            add_expense: kind, amount, currency, spent_on, and optionally payee, description, category_id.
            set_budget: name, limit, currency, cycle, category_ids.
            change_budget: budget_id, version, limit, currency.
            recategorise: entries (list of {id, version}), category_id.
        """
        self._require_write()
        return self._changes.carry_out(proposal_id, action, parameters)

    def undo(self, change: Mapping[str, Any]) -> None:
        """Undo what `Change.undo` describes."""
        self._require_write()
        self._changes.undo(change)

    def _require_write(self) -> None:
        if not self._person.may_write:
            raise ToolError("This access token may only read. Use one with the scope write.", code="forbidden")

    def _known(self) -> Mapping[str, Category]:
        if self._categories is None:
            items = self._api.read("/categories")["items"]
            self._categories = {item["id"]: Category(item["id"], item["name"]) for item in items}
        return self._categories

    def _query(self, selection: Selection) -> Query:
        return query_for(selection, self._person.currency, self.categories)


def _money(line: Line) -> Money:
    return Money(line.minor, line.currency)
