"""Budgets as JSON, the same in the API and in events."""

from __future__ import annotations

from typing import Any

from budgets.assessment import Assessment
from budgets.model import Budget, BudgetView, Crossing, Expense, PeriodStatus
from chassis.runtime.clock import to_wire
from money import Money

Json = dict[str, Any]


def budget_json(view: BudgetView) -> Json:
    budget = view.budget
    return {
        "id": budget.id,
        "name": budget.name,
        "category_ids": list(view.category_ids),
        "missing_category_ids": list(view.missing_category_ids),
        "amount": budget.amount.to_wire(),
        "period": budget.schedule.cycle.value,
        "starts_on": budget.schedule.anchor.isoformat(),
        "thresholds": list(budget.thresholds),
        "rollover": budget.rollover.value,
        "current": status_json(view.current),
        "version": budget.version,
        "created_at": to_wire(budget.created_at),
    }


def status_json(status: PeriodStatus) -> Json:
    return {
        "from": status.period.first.isoformat(),
        "to": status.period.last.isoformat(),
        "limit": status.limit.to_wire(),
        "spent": status.spent.to_wire(),
        "remaining": status.remaining.to_wire(),
        "percent": status.percent,
        "state": status.state.value,
    }


def period_json(status: PeriodStatus, exceeded: Crossing | None) -> Json:
    """Return a period of the history, with the expense that took it over its limit."""
    return {**status_json(status), "tipped_by": _trigger_json(exceeded) if exceeded else None}


def _trigger_json(crossing: Crossing) -> Json | None:
    expense = crossing.trigger.expense
    if expense is None:
        return None
    return {
        "expense_id": expense.id,
        "spent_on": expense.day.isoformat(),
        "payee": expense.payee,
        "amount": expense.amount.to_wire(),
        "spent_then": Money(crossing.trigger.spent_then, crossing.currency).to_wire(),
    }


def crossing_json(budget: Budget, crossing: Crossing, assessment: Assessment) -> Json:
    """Return a crossing as events have it; `spent` is all of the period, as its status shows it."""
    currency = budget.amount.currency
    return {
        "crossing_id": crossing.id,
        "budget_id": budget.id,
        "budget_name": budget.name,
        "threshold": crossing.threshold,
        "period": {"from": crossing.period.first.isoformat(), "to": crossing.period.last.isoformat()},
        "limit": Money(assessment.limit, currency).to_wire(),
        "spent": Money(assessment.spent, currency).to_wire(),
    }


def expense_json(expense: Expense | None) -> Json | None:
    if expense is None:
        return None
    return {
        "expense_id": expense.id,
        "spent_on": expense.day.isoformat(),
        "payee": expense.payee,
        "amount": expense.amount.to_wire(),
        "home_amount": expense.home_amount.to_wire(),
    }
