"""The rules from expenses to crossings, without a store: the result equals a recount, whatever came before."""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from budgets.assessment import Assessment, PeriodSpending, ThresholdTracker, reconcile
from budgets.attribution import assess_all, find_triggers
from budgets.model import Budget, BudgetView, Crossing, Expense, ExpenseChange, ExpenseVersion, Rollover, Scope, Trigger
from budgets.periods import Cycle, Schedule
from budgets.projection import ExpenseChanges
from budgets.wire import budget_json
from money import Money
from support.naive_recount import recount

NOW = datetime(2015, 7, 15, tzinfo=UTC)
FOOD, FUN = "food", "fun"
DAYS = [date(2014, 12, 31), date(2015, 1, 30), date(2015, 1, 31), date(2015, 2, 28), date(2015, 6, 30), date(2015, 7, 15)]


def a_budget(**changes: Any) -> Budget:
    made = Budget(
        id="b",
        book_id="book",
        name="Food",
        scope=Scope("USD", ()),
        amount=Money(100, "USD"),
        schedule=Schedule(Cycle.MONTHLY, date(2015, 1, 1)),
        thresholds=(80, 100),
        rollover=Rollover.NONE,
        version=1,
        created_at=NOW,
    )
    return replace(made, **changes)


def spent(minor: int, day: date = date(2015, 1, 10), *, expense_id: str = "e", category: str = FOOD) -> Expense:
    return Expense(expense_id, day, category, Money(minor, "USD"), Money(minor, "USD"), "Onion")


def added(*expenses: Expense) -> list[ExpenseChange]:
    return [ExpenseChange(None, expense) for expense in expenses]


@dataclass
class Followed:
    """A budget that is followed expense by expense, with its open crossings."""

    budget: Budget
    expenses: dict[str, Expense] = field(default_factory=dict)
    open: dict[str, Crossing] = field(default_factory=dict)
    ids: Iterable[int] = field(default_factory=itertools.count)

    @property
    def by_day(self) -> dict[date, int]:
        sums: dict[date, int] = defaultdict(int)
        for expense in self.expenses.values():
            if self.budget.scope.covers(expense):
                sums[expense.day] += expense.home_amount.minor
        return dict(sorted(sums.items()))

    def take(self, changes: Iterable[ExpenseChange]) -> dict[int, Assessment]:
        changes = list(changes)
        touched = {number for change in changes for number, _minor in self.budget.moves(change)}
        tracker = ThresholdTracker(PeriodSpending.from_days(self.budget, self.by_day), touched)
        for change in changes:
            tracker.apply(change)
            for expense, sign in change.parts:
                if sign < 0:
                    del self.expenses[expense.id]
                else:
                    self.expenses[expense.id] = expense
        found = tracker.assessments()
        new_id = iter(map(str, self.ids)).__next__
        result = reconcile(self.budget, found.values(), self.open.values(), new_id=new_id, now=NOW)
        assert tracker.moved or not (result.opened or result.closed)
        for crossing, _assessment in result.closed:
            del self.open[crossing.id]
        self.open |= {crossing.id: crossing for crossing, _assessment in result.opened}
        self.open |= {crossing.id: crossing for crossing in result.renamed}
        return found

    def expenses_on(self, days: Collection[date]) -> dict[date, list[Expense]]:
        covered = sorted((e for e in self.expenses.values() if self.budget.scope.covers(e)), key=lambda expense: expense.id)
        return {day: [expense for expense in covered if expense.day == day] for day in days}

    def edges(self) -> set[tuple[str, int]]:
        return {(crossing.period.first.isoformat(), crossing.threshold) for crossing in self.open.values()}


def recounted(followed: Followed) -> set[tuple[str, int]]:
    budget = followed.budget
    status = budget.status(budget.schedule.period(0), spent=0, limit=0)
    body = budget_json(BudgetView(budget, status, budget.scope.category_ids, ()))
    expenses = [
        {"kind": "expense", "home_amount": e.home_amount.to_wire(), "category_id": e.category_id, "spent_on": e.day.isoformat()}
        for e in followed.expenses.values()
    ]
    return {(first, threshold) for first, due in recount(body, expenses).items() for threshold in due["held"]}


budgets = st.builds(
    a_budget,
    scope=st.sampled_from([Scope("USD", ()), Scope("USD", (FOOD,)), Scope("USD", (FOOD, FUN))]),
    amount=st.sampled_from([Money(100, "USD"), Money(250, "USD")]),
    schedule=st.builds(Schedule, st.sampled_from(Cycle), st.sampled_from([date(2014, 6, 1), date(2015, 1, 31), date(2015, 7, 13)])),
    thresholds=st.sampled_from([(100,), (80, 100), (1, 50, 99, 100)]),
    rollover=st.sampled_from(Rollover),
)
expenses = st.builds(
    spent, st.sampled_from([0, 1, 20, 79, 80, 100, 250, -60]), st.sampled_from(DAYS), category=st.sampled_from([FOOD, FUN, ""])
)
batches = st.lists(st.lists(st.tuples(st.integers(0, 6), st.none() | expenses), min_size=1, max_size=4), max_size=8)


def changes_of(followed: Followed, batch: list[tuple[int, Expense | None]]) -> list[ExpenseChange]:
    """Each entry is the new state of the expense with this number; None deletes it."""
    known = {expense_id: ExpenseVersion(expense_id, 1, expense) for expense_id, expense in followed.expenses.items()}
    changes = ExpenseChanges(known)
    for version, (number, expense) in enumerate(batch, 2):
        changes.add(ExpenseVersion(str(number), version, replace(expense, id=str(number)) if expense else None))
    return changes.steps


@given(budgets, batches)
def test_open_crossings_are_those_of_a_recount(budget: Budget, history: list[list[tuple[int, Expense | None]]]) -> None:
    followed = Followed(budget)
    for batch in history:
        followed.take(changes_of(followed, batch))
        assert followed.edges() == recounted(followed)


@given(budgets, batches)
def test_hindsight_finds_the_same_crossings(budget: Budget, history: list[list[tuple[int, Expense | None]]]) -> None:
    followed = Followed(budget)
    for batch in history:
        followed.take(changes_of(followed, batch))
    by_day = followed.by_day
    found = assess_all(PeriodSpending.from_days(budget, by_day), by_day, list(followed.open.values()), followed.expenses_on)
    held = {(a.period.first.isoformat(), t) for a in found for t in budget.thresholds if t <= a.level}
    assert held == followed.edges()
    for assessment in found:
        for threshold, trigger in assessment.triggers.items():
            assert trigger == named_by_walking(followed, assessment, threshold)


def named_by_walking(followed: Followed, assessment: Assessment, threshold: int) -> Trigger:
    """Find the last day that took the sum over the threshold, and on it the last expense that did."""

    def crosses(total: int) -> bool:
        return followed.budget.is_crossed(threshold, spent=total, limit=assessment.limit)

    total, trigger, length = 0, Trigger(None, 0), (assessment.period.last - assessment.period.first).days + 1
    for day in [assessment.period.first + timedelta(days=number) for number in range(length)]:
        before, of_day = total, followed.expenses_on([day])[day]
        total += sum(expense.home_amount.minor for expense in of_day)
        if crosses(total) and not crosses(before):
            sums = itertools.pairwise(itertools.accumulate((expense.home_amount.minor for expense in of_day), initial=before))
            rises = [(e, then) for e, (was, then) in zip(of_day, sums, strict=True) if crosses(then) and not crosses(was)]
            trigger = Trigger(*rises[-1])
    return trigger


def test_the_expense_that_crosses_the_limit_is_named() -> None:
    followed = Followed(a_budget(thresholds=(100,)))
    followed.take(added(spent(90, expense_id="1"), spent(20, expense_id="2"), spent(500, expense_id="3")))
    (crossing,) = followed.open.values()
    assert crossing.trigger == Trigger(spent(20, expense_id="2"), 110)


def test_only_the_highest_threshold_is_announced() -> None:
    followed = Followed(a_budget(thresholds=(50, 80, 100)))
    followed.take(added(spent(500)))
    assert {crossing.threshold: crossing.announced for crossing in followed.open.values()} == {50: False, 80: False, 100: True}


def test_an_earlier_expense_shrinks_later_limits_and_is_named() -> None:
    followed = Followed(a_budget(thresholds=(100,), rollover=Rollover.ALL))
    followed.take(added(spent(250, date(2015, 3, 5), expense_id="march")))
    assert followed.open == {}
    january = spent(300, date(2015, 1, 20), expense_id="january")
    found = followed.take(added(january))
    assert {number: assessment.limit for number, assessment in found.items()} == {0: 100, 2: 0}
    assert {crossing.trigger.expense for crossing in followed.open.values()} == {january}


def test_a_limit_that_shrank_without_an_expense_names_none() -> None:
    budget = a_budget(thresholds=(100,))
    spending = PeriodSpending(budget, {0: 150})
    assessments = [assessment for _number, assessment in spending.assess([0], {})]
    ((crossing, _assessment),) = reconcile(budget, assessments, [], new_id=lambda: "c", now=NOW).opened
    assert crossing.trigger == Trigger(None, 150)


@pytest.mark.parametrize(
    ("minors", "named", "spent_then"), [([90, 20], "1", 110), ([150, -60, 30], "2", 120), ([100, 1], "1", 101)]
)
def test_in_hindsight_the_expense_that_crossed_for_good_is_named(minors: list[int], named: str, spent_then: int) -> None:
    budget, day = a_budget(thresholds=(100,)), date(2015, 1, 10)
    expenses = [spent(minor, day, expense_id=str(number)) for number, minor in enumerate(minors)]
    by_day = {day: sum(minors)}
    spending = PeriodSpending.from_days(budget, by_day)
    trigger = find_triggers(spending, by_day, [(0, 100)], lambda days: dict.fromkeys(days, expenses))[0, 100]
    assert trigger == Trigger(expenses[int(named)], spent_then)


def test_an_older_version_of_an_expense_changes_nothing() -> None:
    changes = ExpenseChanges({"e": ExpenseVersion("e", 2, spent(50))})
    changes.add(ExpenseVersion("e", 1, spent(999)))
    changes.add(ExpenseVersion("e", 2, spent(999)))
    assert (changes.steps, changes.new, changes.replaced) == ([], [], [])


def test_two_versions_in_one_event_are_two_steps_and_one_row() -> None:
    changes = ExpenseChanges({})
    changes.add(ExpenseVersion("e", 1, spent(50)))
    changes.add(ExpenseVersion("e", 2, spent(70, date(2015, 2, 1))))
    assert changes.steps == [ExpenseChange(None, spent(50)), ExpenseChange(spent(50), spent(70, date(2015, 2, 1)))]
    assert (changes.new, changes.replaced) == ([ExpenseVersion("e", 2, spent(70, date(2015, 2, 1)))], [])
    assert {key.day: minor for key, minor in changes.sums.items()} == {date(2015, 1, 10): 0, date(2015, 2, 1): 70}
