"""Reads the terms of a budget as its owner gives them, and says all that is wrong with them at once."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import date

from budgets.domain.budget import FULL, Budget, Rollover
from budgets.domain.errors import InvalidBudgetError
from budgets.domain.expense import Scope
from budgets.domain.ports import Body
from budgets.domain.schedule import Cycle, Schedule, usual_anchor
from money import Money, MoneyError, is_currency

USUAL: Body = {"category_ids": (), "period": Cycle.MONTHLY, "thresholds": (80, FULL), "rollover": Rollover.NONE}
"""What somebody gets who says nothing else."""


@dataclass(frozen=True, slots=True)
class Terms:
    """All of a budget that its owner decides."""

    name: str
    scope: Scope
    amount: Money
    schedule: Schedule
    thresholds: tuple[int, ...]
    rollover: Rollover


def new_terms(body: Body, *, home_currency: str, today: date) -> Terms:
    """Read a new budget; raises InvalidBudgetError."""
    body = {**USUAL, **body}
    starts_on = usual_anchor(Cycle(body["period"]), today).isoformat()
    return _read({"starts_on": starts_on, **body}, _amount_errors(body, home_currency))


def changed_terms(budget: Budget, body: Body, *, home_currency: str) -> Terms:
    """Read a change of a budget; what is left out stays, even in a currency of the past. Raises InvalidBudgetError."""
    present = {
        "name": budget.name,
        "category_ids": budget.scope.category_ids,
        "amount": budget.amount.to_wire(),
        "period": budget.schedule.cycle,
        "starts_on": budget.schedule.anchor.isoformat(),
        "thresholds": budget.thresholds,
        "rollover": budget.rollover,
    }
    return _read({**present, **body}, _amount_errors(body, home_currency) if "amount" in body else [])


def _read(body: Body, errors: list[dict[str, str]]) -> Terms:
    name = unicodedata.normalize("NFC", body["name"].strip())
    if not name:
        errors = [{"pointer": "/name", "message": "must not be empty"}, *errors]
    if errors:
        raise InvalidBudgetError(errors)
    amount = Money.from_wire(body["amount"])
    return Terms(
        name=name,
        scope=Scope(amount.currency, tuple(body["category_ids"])),
        amount=amount,
        schedule=Schedule(Cycle(body["period"]), date.fromisoformat(body["starts_on"])),
        thresholds=tuple(sorted({*body["thresholds"], FULL})),
        rollover=Rollover(body["rollover"]),
    )


def _amount_errors(body: Body, home_currency: str) -> list[dict[str, str]]:
    wish = body["amount"]
    if wish["currency"] != home_currency or not is_currency(home_currency):
        return [{"pointer": "/amount/currency", "message": f"must be {home_currency}, your home currency"}]
    try:
        amount = Money.from_wire(wish)
    except MoneyError as error:
        return [{"pointer": "/amount/amount", "message": str(error)}]
    return [] if amount.minor > 0 else [{"pointer": "/amount/amount", "message": "must be more than zero"}]
