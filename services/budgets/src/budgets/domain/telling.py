"""Writes down what a settlement found and tells everybody who listens."""

from __future__ import annotations

from budgets.domain.budget import Budget, Standing
from budgets.domain.category import Shown, shown
from budgets.domain.ports import Body, View, Work
from budgets.domain.settlement import Settlement
from budgets.domain.wire import budget_body, crossed_data, kind_of, recovered_data


def carry_out(work: Work, budget: Budget, settlement: Settlement, *, reason: str) -> None:
    """Store and announce. `reason` is why crossings closed: spending, budget-changed or budget-removed."""
    opened = [crossing for crossing, _verdict in settlement.opened]
    closed = [crossing for crossing, _verdict in settlement.closed]
    work.crossings.close(budget.user_id, closed + settlement.reattributed)
    work.crossings.open(budget.user_id, opened + settlement.reattributed)
    for crossing, verdict in settlement.closed:
        if crossing.announced:
            work.announce("budget.recovered", budget.id, recovered_data(budget, crossing, verdict, reason))
    for crossing, verdict in settlement.opened:
        if crossing.announced:
            work.announce(kind_of(crossing), budget.id, crossed_data(budget, crossing, verdict))


def body_of(view: View, budget: Budget, current: Standing) -> Body:
    """Return a budget as the API shows it."""
    ids = budget.scope.category_ids
    if not budget.has_gone:
        return budget_body(budget, current, Shown(ids, ()))
    known, complete = view.categories.of(budget.user_id, ids), view.categories.complete(budget.user_id)
    return budget_body(budget, current, shown(ids, known, complete=complete))


def tell_changed(work: Work, budget: Budget, current: Standing) -> None:
    """Announce how a budget stands now."""
    work.announce("budget.changed", budget.id, {"user_id": budget.user_id, "budget": body_of(work, budget, current)})
