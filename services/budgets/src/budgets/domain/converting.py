"""Converts budgets when their owner gets another home currency: once, and only when all expenses have been converted too."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from decimal import Decimal

from budgets.domain.budget import Budget
from budgets.domain.conversion import Conversion
from budgets.domain.ports import Work
from budgets.domain.review import Review


class Converting:
    """What the news of a change of the home currency mean to budgets, in whatever order they come.

    Until the last converted expense is here a budget waits: its spending is part in the one and part in the other currency, and
    what one would find out about it would be wrong. Then its limit is converted and all its periods are judged once, so that a
    crossing that still holds goes on and nobody is told of it again.
    """

    def __init__(self, review: Review) -> None:
        """Judge budgets anew with `review`."""
        self._review = review

    def begin(self, work: Work, user_id: str, version: int, source: str, target: str) -> None:
        """Note that an event with converted expenses came, before they are posted."""
        known = _known(work, user_id, version) or Conversion(version, source, target)
        work.conversions.keep(user_id, dataclasses.replace(known, heard=known.heard + 1))
        if not known.applied:
            for budget in work.budgets.all(user_id):
                if budget.amount.currency == source and not budget.awaiting:
                    work.budgets.replace(dataclasses.replace(budget, awaiting=True))

    def told(self, work: Work, user_id: str, version: int, *, source: str, target: str, rate: Decimal | None, events: int) -> None:
        """Take in the rate, and how many events with converted expenses there are."""
        known = _known(work, user_id, version) or Conversion(version, source, target)
        work.conversions.keep(user_id, dataclasses.replace(known, rate=rate, expected=events))
        self.finish(work, user_id)

    def finish(self, work: Work, user_id: str) -> None:
        """Convert budgets if the last expense is here."""
        changes = work.conversions.of(user_id)
        for number, change in enumerate(changes):
            if change.is_complete and not change.applied:
                work.conversions.keep(user_id, dataclasses.replace(change, applied=True))
                for budget in work.budgets.all(user_id):
                    if budget.amount.currency == change.source:
                        self._convert(work, budget, changes[number:])

    def _convert(self, work: Work, before: Budget, changes: Sequence[Conversion]) -> None:
        """Take a budget through a change, and through later ones that were complete before it."""
        budget = before
        for change in changes:
            if change.source != budget.amount.currency:
                continue
            if not change.is_complete:
                budget = dataclasses.replace(budget, awaiting=True)
                break
            amount = change.limit_of(budget.amount)
            scope = dataclasses.replace(budget.scope, currency=amount.currency)
            budget = dataclasses.replace(budget, amount=amount, scope=scope, awaiting=False)
        budget = dataclasses.replace(budget, version=before.version + 1)
        work.budgets.replace(budget)
        self._review.apply(work, budget, work.people.time_zone(budget.user_id), before=before)


def _known(work: Work, user_id: str, version: int) -> Conversion | None:
    return next((change for change in work.conversions.of(user_id) if change.version == version), None)
