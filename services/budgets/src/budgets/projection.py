"""From the events of expenses to crossings: keeps the spending up to date and publishes which thresholds that crosses.

Events come in any order and more than once. A change counts against the version that is known here, never against the state that
an event calls `before`, so that in the end the sums and the open crossings are those of a recount from scratch.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date

from budgets.assessment import Assessment, CrossingChanges, PeriodSpending, ThresholdTracker, reconcile
from budgets.attribution import ExpensesOn, assess_all, assess_as_empty, find_triggers
from budgets.model import Budget, BudgetView, Crossing, ExpenseChange, ExpenseVersion, SpendingKey
from budgets.periods import today_in
from budgets.unit_of_work import BudgetsUnitOfWork
from chassis.runtime.clock import Clock


class ExpenseChanges:
    """What some versions of expenses change, and what is to be stored of them."""

    def __init__(self, known: Mapping[str, ExpenseVersion]) -> None:
        """`known` has the stored versions, by the id of the expense."""
        self._known = known
        self._latest: dict[str, ExpenseVersion] = {}
        self.steps: list[ExpenseChange] = []
        self.sums: Counter[SpendingKey] = Counter()

    def add(self, version: ExpenseVersion) -> None:
        """Take a version, unless the same or a newer one is known."""
        last = self._latest.get(version.expense_id) or self._known.get(version.expense_id)
        if last is not None and version.version <= last.version:
            return
        self._latest[version.expense_id] = version
        step = ExpenseChange(last.expense if last else None, version.expense)
        self.steps.append(step)
        for expense, sign in step.parts:
            self.sums[expense.key] += sign * expense.home_amount.minor

    @property
    def new(self) -> list[ExpenseVersion]:
        """Versions of expenses that were unknown."""
        return [version for version in self._latest.values() if version.expense_id not in self._known]

    @property
    def replaced(self) -> list[ExpenseVersion]:
        """Versions that replace stored ones."""
        return [version for version in self._latest.values() if version.expense_id in self._known]


class SpendingProjection:
    """Follows the expenses of a book, and assesses budgets whenever something changes."""

    def __init__(self, *, clock: Clock, new_id: Callable[[], str]) -> None:
        """`new_id` makes the ids of crossings."""
        self._clock, self._new_id = clock, new_id

    def apply(
        self, uow: BudgetsUnitOfWork, book_id: str, versions: Sequence[ExpenseVersion], *, import_id: str | None = None
    ) -> None:
        """Take versions of expenses, in this order; `import_id` is the import that they came with."""
        changes = ExpenseChanges(uow.spending.versions(book_id, {version.expense_id for version in versions}))
        for version in versions:
            changes.add(version)
        if not changes.steps:
            return
        affected = _affected(uow.budgets.all(book_id), changes.steps)
        before = [uow.spending.of(budget, numbers) for budget, numbers in affected]
        uow.spending.record(book_id, new=changes.new, replaced=changes.replaced, sums=changes.sums)
        if not affected:
            return
        today = today_in(uow.books.time_zone(book_id), self._clock())
        for spending, (_budget, numbers) in zip(before, affected, strict=True):
            self._follow(uow, spending, numbers, changes.steps, today, import_id=import_id)

    def _follow(
        self,
        uow: BudgetsUnitOfWork,
        spending: PeriodSpending,
        touched: set[int],
        steps: Sequence[ExpenseChange],
        today: date,
        *,
        import_id: str | None,
    ) -> None:
        """Follow one budget through the changes, open and close its crossings, and publish how it stands."""
        current = spending.budget.schedule.number_of(today)
        status_before = spending.status(current)
        tracker = ThresholdTracker(spending, touched)
        for step in steps:
            tracker.apply(step)
        # New expenses that cross nothing leave all crossings as they are, and most events are of that kind.
        if tracker.moved or any(step.before for step in steps):
            self._reconcile(uow, spending, tracker.assessments(), steps, import_id=import_id)
        status = spending.status(current)
        if status != status_before:
            uow.events.changed(uow.view(spending.budget, status))

    def _reconcile(
        self,
        uow: BudgetsUnitOfWork,
        spending: PeriodSpending,
        assessments: dict[int, Assessment],
        steps: Sequence[ExpenseChange],
        *,
        import_id: str | None,
    ) -> None:
        budget, starts = spending.budget, [assessment.period.first for assessment in assessments.values()]
        open_ = uow.crossings.of_budget(budget, min(starts), max(starts))
        assessments = _with_new_triggers(uow, spending, assessments, _outdated(open_, steps))
        changes = reconcile(budget, assessments.values(), open_, new_id=self._new_id, now=self._clock())
        _carry_out(uow, budget, changes.during_import(import_id), reason="spending")

    def reassess(self, uow: BudgetsUnitOfWork, budget: Budget, time_zone: str, *, before: Budget | None = None) -> BudgetView:
        """Assess a whole budget after it was stored with other rules, publish it, and return it as people see it."""
        by_day = uow.spending.by_day(budget)
        spending = PeriodSpending.from_days(budget, by_day)
        if not budget.awaits_conversion and (before is None or not budget.has_rules_of(before)):
            open_ = uow.crossings.of_budget(budget)
            assessments = assess_all(spending, by_day, open_, _expenses_on(uow, budget))
            changes = reconcile(budget, assessments, open_, new_id=self._new_id, now=self._clock())
            _carry_out(uow, budget, changes, reason="budget-changed")
        current = spending.status(budget.schedule.number_of(today_in(time_zone, self._clock())))
        view = uow.view(budget, current)
        uow.events.changed(view)
        return view

    def withdraw(self, uow: BudgetsUnitOfWork, budget: Budget) -> None:
        """Close all crossings of a budget that is about to be deleted."""
        by_day, open_ = uow.spending.by_day(budget), uow.crossings.of_budget(budget)
        assessments = assess_as_empty(PeriodSpending.from_days(budget, by_day), by_day, open_)
        changes = reconcile(budget, assessments, open_, new_id=self._new_id, now=self._clock())
        _carry_out(uow, budget, changes, reason="budget-removed")


def _affected(budgets: Sequence[Budget], steps: Sequence[ExpenseChange]) -> list[tuple[Budget, set[int]]]:
    """Return the budgets that some changes count against, each with the numbers of its periods."""
    moved = (
        (budget, {number for step in steps for number, _minor in budget.moves(step)})
        for budget in budgets
        if not budget.awaits_conversion
    )
    return [(budget, numbers) for budget, numbers in moved if numbers]


def _outdated(open_: Sequence[Crossing], steps: Sequence[ExpenseChange]) -> list[Crossing]:
    """Return the crossings whose expense is not what it was when it took the period over."""
    changed = {step.before.id for step in steps if step.before is not None}
    return [crossing for crossing in open_ if crossing.trigger.expense is not None and crossing.trigger.expense.id in changed]


def _with_new_triggers(
    uow: BudgetsUnitOfWork, spending: PeriodSpending, assessments: dict[int, Assessment], outdated: Collection[Crossing]
) -> dict[int, Assessment]:
    """Find the expense to be named by crossings that continue although theirs was changed or deleted."""
    budget = spending.budget
    numbered = [(budget.schedule.number_of(crossing.period.first), crossing.threshold) for crossing in outdated]
    edges = {
        (number, threshold)
        for number, threshold in numbered
        if number in assessments and threshold <= assessments[number].level and threshold not in assessments[number].triggers
    }
    if not edges:
        return assessments
    periods = [assessments[number].period for number, _threshold in edges]
    by_day = uow.spending.by_day(budget, min(p.first for p in periods), max(p.last for p in periods))
    found = dict(assessments)
    for (number, threshold), trigger in find_triggers(spending, by_day, edges, _expenses_on(uow, budget)).items():
        found[number] = replace(found[number], triggers={**found[number].triggers, threshold: trigger})
    return found


def _expenses_on(uow: BudgetsUnitOfWork, budget: Budget) -> ExpensesOn:
    return lambda days: uow.spending.expenses_on(budget.book_id, budget.scope, days)


def _carry_out(uow: BudgetsUnitOfWork, budget: Budget, changes: CrossingChanges, *, reason: str) -> None:
    """Store and publish. `reason` is why crossings closed: spending, budget-changed or budget-removed."""
    opened = [crossing for crossing, _assessment in changes.opened]
    closed = [crossing for crossing, _assessment in changes.closed]
    uow.crossings.close(budget.book_id, closed + changes.renamed)
    uow.crossings.open(budget.book_id, opened + changes.renamed)
    for crossing, assessment in changes.closed:
        if crossing.announced:
            uow.events.recovered(budget, crossing, assessment, reason)
    for crossing, assessment in changes.opened:
        if crossing.announced:
            uow.events.crossed(budget, crossing, assessment)
