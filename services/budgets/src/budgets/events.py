"""The events of budgets."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from budgets.assessment import Assessment
from budgets.model import FULL, Budget, BudgetView, Crossing
from budgets.wire import budget_json, crossing_json, expense_json

Found = tuple[Budget, Crossing, Assessment]
"""A crossing that holds, with its budget and what its period comes to."""


class BudgetEvents:
    """Publishes what happens to budgets in one unit of work."""

    def __init__(self, publish: Callable[[str, str, dict[str, Any]], None]) -> None:
        """`publish` takes the type, the subject and the data of an event."""
        self._publish = publish
        self.caused_by = ""
        """Who did what the events follow from; empty if it is the person whose id the book has, or nobody in particular."""

    def _parties(self, budget: Budget) -> dict[str, str]:
        """Return whose data an event is about, and who did it."""
        return {"book_id": budget.book_id, "user_id": self.caused_by or budget.book_id}

    def changed(self, view: BudgetView) -> None:
        """Publish that a budget or its current period is different."""
        budget = view.budget
        self._publish("budget.changed", budget.id, {**self._parties(budget), "budget": budget_json(view)})

    def removed(self, budget: Budget) -> None:
        self._publish("budget.removed", budget.id, {**self._parties(budget), "budget_id": budget.id})

    def crossed(self, budget: Budget, crossing: Crossing, assessment: Assessment) -> None:
        """Publish that a period is near its limit or exceeds it."""
        kind = "budget.exceeded" if crossing.threshold == FULL else "budget.near"
        data = {
            **self._parties(budget),
            **crossing_json(budget, crossing, assessment),
            "expense": expense_json(crossing.trigger.expense),
            "import_id": crossing.import_id,
        }
        self._publish(kind, budget.id, data)

    def recovered(self, budget: Budget, crossing: Crossing, assessment: Assessment, reason: str) -> None:
        """Publish that a crossing no longer holds."""
        data = {**self._parties(budget), **crossing_json(budget, crossing, assessment), "reason": reason}
        self._publish("budget.recovered", budget.id, data)

    def import_reviewed(self, import_id: str, facts: Mapping[str, Any], exceedances: Sequence[Found], *, more: int) -> None:
        """Publish the summary of an import; `facts` are the data of import.completed."""
        listed = [
            {**crossing_json(budget, crossing, assessment), "expense": expense_json(crossing.trigger.expense)}
            for budget, crossing, assessment in exceedances
        ]
        self._publish("import.reviewed", import_id, {**facts, "exceedances": listed, "more": more})
