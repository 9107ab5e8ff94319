"""Converts the limits of budgets to another home currency: once, and only when all expenses have been converted too.

Until the last converted expense is here a budget waits: its spending is partly in the one and partly in the other currency, and any
assessment would be wrong. Then its limit is converted and all its periods are assessed once, so that a crossing that still holds
continues and is not published again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from budgets.conversions.model import Conversion
from budgets.model import Budget
from budgets.projection import SpendingProjection
from budgets.unit_of_work import BudgetsUnitOfWork


class LimitConversions:
    """Applies the events of a change of the home currency to budgets, in whatever order they come."""

    def __init__(self, projection: SpendingProjection) -> None:
        """Converted budgets are reassessed by `projection`."""
        self._projection = projection

    def expenses_received(self, uow: BudgetsUnitOfWork, book_id: str, version: int, source: str, target: str) -> None:
        """Count an event with converted expenses, before they are recorded; budgets in the source currency wait from now on."""
        known = _known(uow, book_id, version) or Conversion(version, source, target)
        uow.conversions.save(book_id, replace(known, received=known.received + 1))
        if not known.applied:
            for budget in uow.budgets.all(book_id):
                if budget.amount.currency == source and not budget.awaits_conversion:
                    uow.budgets.replace(replace(budget, awaits_conversion=True))

    def rate_received(
        self, uow: BudgetsUnitOfWork, book_id: str, version: int, *, source: str, target: str, rate: Decimal | None, events: int
    ) -> None:
        """Store the rate, and how many events with converted expenses there are; convert if they all came."""
        known = _known(uow, book_id, version) or Conversion(version, source, target)
        uow.conversions.save(book_id, replace(known, rate=rate, expected=events))
        self.convert(uow, book_id)

    def convert(self, uow: BudgetsUnitOfWork, book_id: str) -> None:
        """Convert budgets if the last converted expense is here."""
        changes = uow.conversions.of(book_id)
        for number, change in enumerate(changes):
            if change.is_complete and not change.applied:
                uow.conversions.save(book_id, replace(change, applied=True))
                for budget in uow.budgets.all(book_id):
                    if budget.amount.currency == change.source:
                        self._convert(uow, budget, changes[number:])

    def _convert(self, uow: BudgetsUnitOfWork, before: Budget, changes: Sequence[Conversion]) -> None:
        """Take a budget through a change, and through later ones that were complete before it."""
        budget = before
        for change in changes:
            if change.source != budget.amount.currency:
                continue
            if not change.is_complete:
                budget = replace(budget, awaits_conversion=True)
                break
            amount = change.converted(budget.amount)
            scope = replace(budget.scope, currency=amount.currency)
            budget = replace(budget, amount=amount, scope=scope, awaits_conversion=False)
        budget = replace(budget, version=before.version + 1)
        uow.budgets.replace(budget)
        self._projection.reassess(uow, budget, uow.books.time_zone(budget.book_id), before=before)


def _known(uow: BudgetsUnitOfWork, book_id: str, version: int) -> Conversion | None:
    return next((change for change in uow.conversions.of(book_id) if change.version == version), None)
