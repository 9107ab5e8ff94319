"""From spending to crossings: what each period comes to, which thresholds that crosses, and which expense did it.

From top to bottom: `PeriodSpending` has the sums of a budget and its limits with rollover, `ThresholdTracker` follows a budget
expense by expense, `reconcile` compares the result with the crossings that are open. Numbers of periods are those of the budget's
schedule, sums are in minor units.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from budgets.model import Budget, Crossing, Expense, ExpenseChange, PeriodStatus, Rollover, Trigger
from budgets.periods import Period

Edge = tuple[int, int]
"""(number of a period, threshold)"""


@dataclass(frozen=True, slots=True)
class Assessment:
    """What one period of a budget came to after something changed."""

    period: Period
    limit: int
    spent: int
    level: int
    """The highest threshold that is crossed, 0 if none is."""
    triggers: Mapping[int, Trigger] = field(default_factory=dict)
    """By threshold: what crossed it, where that is new."""


class PeriodSpending:
    """What was spent in each period of a budget, and the limits that follow from it. It can be added to."""

    def __init__(self, budget: Budget, spent: Mapping[int, int]) -> None:
        """`spent` must have the periods that are asked about and, if the budget rolls over, all from the anchor on."""
        self.budget = budget
        self.spent = dict(spent)

    @classmethod
    def from_days(cls, budget: Budget, by_day: Mapping[date, int]) -> PeriodSpending:
        spending, schedule = cls(budget, {}), budget.schedule
        number, period = 0, schedule.period(0)
        for day, minor in by_day.items():
            if day not in period:  # days come in order, so few of them begin another period
                number = schedule.number_of(day)
                period = schedule.period(number)
            spending.add(number, minor)
        return spending

    def add(self, number: int, minor: int) -> None:
        self.spent[number] = self.spent.get(number, 0) + minor

    def limits(self, wanted: Iterable[int]) -> Iterator[tuple[int, int]]:
        """Yield (number, limit) of the wanted periods in order."""
        wanted, amount = set(wanted), self.budget.amount.minor
        if self.budget.rollover is Rollover.NONE:
            yield from ((number, amount) for number in sorted(wanted))
            return
        carried, reached = 0, 0
        for number in sorted(wanted.union(self.spent)):
            if number < 0:
                limit = amount
            else:
                # A period without spending hands on its whole amount, however many there are in a row.
                limit = amount + carried + (number - reached) * amount
                carried, reached = self._handed_on(limit - self.spent.get(number, 0)), number + 1
            if number in wanted:
                yield number, limit

    def _handed_on(self, remaining: int) -> int:
        return max(remaining, 0) if self.budget.rollover is Rollover.UNSPENT else remaining

    def affected_by(self, numbers: Iterable[int]) -> set[int]:
        """Return the periods that spending in these may change: themselves, and those they hand on to."""
        touched = set(numbers)
        first = min((number for number in touched if number >= 0), default=None)
        if self.budget.rollover is Rollover.NONE or first is None:
            return touched
        return touched.union(number for number in self.spent if number > first)

    def level(self, number: int, limit: int) -> int:
        """Return the highest threshold that a period has crossed under this limit, 0 if none."""
        return self.budget.level(spent=self.spent.get(number, 0), limit=limit)

    def status(self, number: int) -> PeriodStatus:
        return next(self.statuses([number]))

    def statuses(self, numbers: Iterable[int]) -> Iterator[PeriodStatus]:
        """Say how some periods stand, in order."""
        for number, limit in self.limits(numbers):
            yield self.budget.status(self.budget.schedule.period(number), spent=self.spent.get(number, 0), limit=limit)

    def assess(self, numbers: Iterable[int], triggers: Mapping[Edge, Trigger]) -> Iterator[tuple[int, Assessment]]:
        """Yield (number, assessment) of some periods in order."""
        for number, limit in self.limits(numbers):
            new = {threshold: trigger for (of_period, threshold), trigger in triggers.items() if of_period == number}
            period, spent = self.budget.schedule.period(number), self.spent.get(number, 0)
            yield number, Assessment(period, limit, spent, self.level(number, limit), new)


class ThresholdTracker:
    """Follows one budget through some changes of expenses, and notes which of them crosses which threshold."""

    def __init__(self, spending: PeriodSpending, touched: Iterable[int]) -> None:
        """Begin with the spending before the changes; `touched` are the periods that any of them will change."""
        self._spending = spending
        self._touched = set(touched)
        self._levels = dict(self._current_levels(self._touched))
        self._triggers: dict[Edge, Trigger] = {}
        self.moved = False
        """Whether any threshold was crossed on the way, up or down."""

    def apply(self, change: ExpenseChange) -> None:
        moves = list(self._spending.budget.moves(change))
        for number, minor in moves:
            self._spending.add(number, minor)
        if moves:
            for number, level in self._current_levels({number for number, _minor in moves}):
                self._note(number, level, change.after)

    def assessments(self) -> dict[int, Assessment]:
        """Return, by number, the assessment of each period that the changes can have affected."""
        return dict(self._spending.assess(self._spending.affected_by(self._touched), self._triggers))

    def _current_levels(self, touched: Collection[int]) -> Iterator[tuple[int, int]]:
        for number, limit in self._spending.limits(self._spending.affected_by(touched)):
            yield number, self._spending.level(number, limit)

    def _note(self, number: int, level: int, expense: Expense | None) -> None:
        before, self._levels[number] = self._levels.get(number, 0), level
        self.moved = self.moved or before != level
        for threshold in self._spending.budget.thresholds:
            if before < threshold <= level:
                culprit = expense if expense and self._can_trigger(number, expense) else None
                self._triggers[number, threshold] = Trigger(culprit, self._spending.spent[number])

    def _can_trigger(self, number: int, expense: Expense) -> bool:
        budget = self._spending.budget
        if not budget.scope.covers(expense):
            return False
        own = budget.schedule.number_of(expense.day)
        return own == number or (budget.rollover is not Rollover.NONE and 0 <= own < number)


@dataclass(frozen=True, slots=True)
class CrossingChanges:
    """What is to be stored and published about the crossings of one budget. Each comes with the assessment of its period."""

    opened: list[tuple[Crossing, Assessment]] = field(default_factory=list)
    closed: list[tuple[Crossing, Assessment]] = field(default_factory=list)
    renamed: list[Crossing] = field(default_factory=list)
    """Those that continue with another trigger."""

    def during_import(self, import_id: str | None) -> CrossingChanges:
        """Return the same, opened by an import."""
        return replace(self, opened=[(replace(crossing, import_id=import_id), found) for crossing, found in self.opened])


def reconcile(
    budget: Budget, assessments: Iterable[Assessment], known: Iterable[Crossing], *, new_id: Callable[[], str], now: datetime
) -> CrossingChanges:
    """Compare each period's assessment with the crossings that are open. Periods without an assessment stay as they are."""
    changes = CrossingChanges()
    open_ = {(crossing.period, crossing.threshold): crossing for crossing in known}
    for assessment in assessments:
        of_period = {threshold: crossing for (period, threshold), crossing in open_.items() if period == assessment.period}
        for threshold in sorted({*budget.thresholds, *of_period}):
            crossing = of_period.get(threshold)
            is_crossed = threshold in budget.thresholds and threshold <= assessment.level
            if is_crossed and crossing is None:
                changes.opened.append((_open(budget, assessment, threshold, new_id(), now), assessment))
            elif crossing is not None and not is_crossed:
                changes.closed.append((crossing, assessment))
            elif crossing is not None and assessment.triggers.get(threshold, crossing.trigger) != crossing.trigger:
                trigger = assessment.triggers[threshold]
                changes.renamed.append(replace(crossing, trigger=trigger, currency=budget.amount.currency))
    return changes


def _open(budget: Budget, assessment: Assessment, threshold: int, new_id: str, now: datetime) -> Crossing:
    return Crossing(
        id=new_id,
        budget_id=budget.id,
        period=assessment.period,
        threshold=threshold,
        trigger=assessment.triggers.get(threshold, Trigger(None, assessment.spent)),
        currency=budget.amount.currency,
        # Whoever learns that the limit is exceeded need not learn that 80% of it are spent.
        announced=threshold == assessment.level,
        at=now,
    )
