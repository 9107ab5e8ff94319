"""Budgets in the words of the API and of the events."""

from __future__ import annotations

from budgets.domain.budget import FULL, Budget, Standing
from budgets.domain.category import Shown
from budgets.domain.crossing import Crossing, Tip, Verdict
from budgets.domain.expense import Expense
from budgets.domain.ports import Body
from money import Money


def budget_body(budget: Budget, current: Standing, categories: Shown) -> Body:
    """Return a budget as the API shows it."""
    return {
        "id": budget.id,
        "name": budget.name,
        "category_ids": list(categories.category_ids),
        "missing_category_ids": list(categories.missing_ids),
        "amount": budget.amount.to_wire(),
        "period": budget.schedule.cycle.value,
        "starts_on": budget.schedule.anchor.isoformat(),
        "thresholds": list(budget.thresholds),
        "rollover": budget.rollover.value,
        "current": standing_body(current),
        "version": budget.version,
        "created_at": budget.created_at.isoformat().replace("+00:00", "Z"),
    }


def standing_body(standing: Standing) -> Body:
    """Return how a period stands."""
    return {
        "from": standing.period.first.isoformat(),
        "to": standing.period.last.isoformat(),
        "limit": standing.limit.to_wire(),
        "spent": standing.spent.to_wire(),
        "remaining": standing.remaining.to_wire(),
        "percent": standing.percent,
        "state": standing.state.value,
    }


def period_body(standing: Standing, crossing: Crossing | None) -> Body:
    """Return a period of the history, with what took it over its limit."""
    return {**standing_body(standing), "tipped_by": _tipped_by(crossing.tip, crossing.currency) if crossing else None}


def _tipped_by(tip: Tip, currency: str) -> Body | None:
    if tip.expense is None:
        return None
    return {
        "expense_id": tip.expense.id,
        "spent_on": tip.expense.day.isoformat(),
        "payee": tip.expense.payee,
        "amount": tip.expense.amount.to_wire(),
        "spent_then": Money(tip.spent_then, currency).to_wire(),
    }


def kind_of(crossing: Crossing) -> str:
    """Return the type of the event that tells of a crossing."""
    return "budget.exceeded" if crossing.threshold == FULL else "budget.near"


def crossed_data(budget: Budget, crossing: Crossing, verdict: Verdict) -> Body:
    """Return the data of budget.exceeded and budget.near; `spent` is all of the period, as its standing shows it."""
    expense = crossing.tip.expense
    return {
        **_crossing_data(budget, crossing, limit=verdict.limit, spent=verdict.spent),
        "expense": _expense_data(expense) if expense else None,
        "import_id": crossing.import_id,
    }


def exceedance_data(budget: Budget, crossing: Crossing, standing: Standing) -> Body:
    """Return a crossing as the summary of an import lists it, with what is spent now."""
    expense = crossing.tip.expense
    data = _crossing_data(budget, crossing, limit=standing.limit.minor, spent=standing.spent.minor)
    del data["user_id"]
    return {**data, "expense": _expense_data(expense) if expense else None}


def recovered_data(budget: Budget, crossing: Crossing, verdict: Verdict, reason: str) -> Body:
    """Return the data of budget.recovered."""
    return {**_crossing_data(budget, crossing, limit=verdict.limit, spent=verdict.spent), "reason": reason}


def _crossing_data(budget: Budget, crossing: Crossing, *, limit: int, spent: int) -> Body:
    currency = budget.amount.currency
    return {
        "user_id": budget.user_id,
        "crossing_id": crossing.id,
        "budget_id": budget.id,
        "budget_name": budget.name,
        "threshold": crossing.threshold,
        "period": {"from": crossing.period.first.isoformat(), "to": crossing.period.last.isoformat()},
        "limit": Money(limit, currency).to_wire(),
        "spent": Money(spent, currency).to_wire(),
    }


def _expense_data(expense: Expense) -> Body:
    return {
        "expense_id": expense.id,
        "spent_on": expense.day.isoformat(),
        "payee": expense.payee,
        "amount": expense.amount.to_wire(),
        "home_amount": expense.home.to_wire(),
    }
