"""The course of a budget: what was spent in each period, and the limits that follow from it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date

from budgets.domain.budget import Budget, Rollover, Standing


class Course:
    """Spending by the number of the period, in minor units. It can be added to."""

    def __init__(self, budget: Budget, spent: Mapping[int, int]) -> None:
        """`spent` must hold the periods that are asked about and, if the budget rolls over, all from the anchor on."""
        self.budget = budget
        self.spent = dict(spent)

    @classmethod
    def of_days(cls, budget: Budget, by_day: Mapping[date, int]) -> Course:
        """Sum up the days of each period."""
        course = cls(budget, {})
        for day, minor in by_day.items():
            course.add(budget.schedule.index_of(day), minor)
        return course

    def add(self, index: int, minor: int) -> None:
        """Spend more in a period, or less."""
        self.spent[index] = self.spent.get(index, 0) + minor

    def limit(self, index: int) -> int:
        """Return the limit of one period."""
        return next(limit for _index, limit in self.limits([index]))

    def limits(self, wanted: Iterable[int]) -> Iterator[tuple[int, int]]:
        """Yield (number, limit) of the wanted periods in order."""
        wanted, amount = set(wanted), self.budget.amount.minor
        if self.budget.rollover is Rollover.NONE:
            yield from ((index, amount) for index in sorted(wanted))
            return
        carried, reached = 0, 0
        for index in sorted(wanted.union(self.spent)):
            if index < 0:
                limit = amount
            else:
                # A period without spending hands on its whole amount, however many there are in a row.
                limit = amount + carried + (index - reached) * amount
                carried, reached = self._handed_on(limit - self.spent.get(index, 0)), index + 1
            if index in wanted:
                yield index, limit

    def _handed_on(self, remaining: int) -> int:
        return max(remaining, 0) if self.budget.rollover is Rollover.UNSPENT else remaining

    def influenced_by(self, indexes: Iterable[int]) -> set[int]:
        """Return the periods whose standing may differ after spending in these: themselves, and those they hand on to."""
        touched = set(indexes)
        first = min((index for index in touched if index >= 0), default=None)
        if self.budget.rollover is Rollover.NONE or first is None:
            return touched
        return touched.union(index for index in self.spent if index > first)

    def level(self, index: int, limit: int) -> int:
        """Return the highest threshold that a period has crossed under this limit, 0 if none."""
        return self.budget.level(spent=self.spent.get(index, 0), limit=limit)

    def standing(self, index: int) -> Standing:
        """Say how a period stands."""
        return next(self.standings([index]))

    def standings(self, indexes: Iterable[int]) -> Iterator[Standing]:
        """Say how some periods stand, in order."""
        for index, limit in self.limits(indexes):
            yield self.budget.standing(self.budget.schedule.period(index), spent=self.spent.get(index, 0), limit=limit)
