"""The tools of one person for one message."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from assistant.tools.model import BudgetState, By, Category, Change, Entries, Entry, Order, Selection, Sum, Tipping, Total


class Toolbox:
    """Reads and changes through the public API. All methods raise ToolError."""

    def categories(self) -> Sequence[Category]:
        """Return all categories."""
        raise NotImplementedError

    def payees(self) -> Sequence[str]:
        """Return the names of all payees, those with most spending first."""
        raise NotImplementedError

    def total(self, selection: Selection) -> Total:
        """Return the sum and the number of the selected entries."""
        raise NotImplementedError

    def sums(self, selection: Selection, by: By) -> Sequence[Sum]:
        """Return the sums of the selected entries, largest first for categories and payees, in order of time otherwise."""
        raise NotImplementedError

    def entries(self, selection: Selection, order: Order, limit: int) -> Entries:
        """Return the first of the selected entries, and how many there are."""
        raise NotImplementedError

    def entry(self, expense_id: str) -> Entry:
        """Return one entry."""
        raise NotImplementedError

    def budgets(self, on: date | None = None) -> Sequence[BudgetState]:
        """Return all budgets in the period that a day is in (today without one), leaving out those that have none then."""
        raise NotImplementedError

    def tipping(self, budget_id: str, on: date) -> Tipping | None:
        """Return the entry that took a budget over its limit in the period that a day is in, None if none did."""
        raise NotImplementedError

    def suggested_category(self, payee: str) -> Category | None:
        """Return the category that the person's rules and habits suggest for a payee."""
        raise NotImplementedError

    def carry_out(self, proposal_id: str, action: str, parameters: Mapping[str, Any]) -> Change:
        """Make a change once, however often this is called with the same id.

        Parameters by action:
            add_expense: kind, amount, currency, spent_on, and optionally payee, description, category_id.
            set_budget: name, limit, currency, cycle, category_ids.
            change_budget: budget_id, version, limit, currency.
            recategorise: entries (list of {id, version}), category_id.
        """
        raise NotImplementedError

    def undo(self, change: Mapping[str, Any]) -> None:
        """Undo what `Change.undo` describes."""
        raise NotImplementedError
