"""The status of a period, and what it rolls over to the next."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from budgets.assessment import PeriodSpending
from budgets.model import Budget, Rollover, Scope, State
from budgets.periods import Cycle, Schedule
from money import Money


def a_budget(rollover: Rollover = Rollover.NONE, thresholds: tuple[int, ...] = (80, 100)) -> Budget:
    return Budget(
        id="b",
        book_id="u",
        name="Food",
        scope=Scope("USD", ()),
        amount=Money(100, "USD"),
        schedule=Schedule(Cycle.MONTHLY, date(2015, 1, 1)),
        thresholds=thresholds,
        rollover=rollover,
        version=1,
        created_at=datetime(2015, 1, 1, tzinfo=UTC),
    )


def limits(rollover: Rollover, spent: dict[int, int], until: int = 4) -> list[int]:
    return [limit for _number, limit in PeriodSpending(a_budget(rollover), spent).limits(range(-1, until))]


def test_without_rollover_every_period_has_the_same_limit() -> None:
    assert limits(Rollover.NONE, {0: 30, 1: 500}) == [100, 100, 100, 100, 100]


def test_unspent_is_rolled_over_and_overspending_is_not() -> None:
    assert limits(Rollover.UNSPENT, {0: 30, 1: 500, 2: 90}) == [100, 100, 170, 100, 110]


def test_with_rollover_of_all_overspending_is_rolled_over_too() -> None:
    assert limits(Rollover.ALL, {0: 30, 1: 500, 2: 90}) == [100, 100, 170, -230, -220]


def test_periods_without_spending_roll_over_all_of_their_amount() -> None:
    assert limits(Rollover.UNSPENT, {3: 50}, until=6) == [100, 100, 200, 300, 400, 450, 550]


def test_nothing_is_rolled_over_from_before_the_anchor() -> None:
    assert limits(Rollover.ALL, {-1: 5000, -2: 1})[:2] == [100, 100]


@pytest.mark.parametrize(
    ("spent", "limit", "percent", "state"),
    [
        (0, 100, 0, State.OK),
        (79, 100, 79, State.OK),
        (80, 100, 80, State.NEAR),
        (100, 100, 100, State.NEAR),
        (101, 100, 101, State.EXCEEDED),
        (2, 3, 66, State.OK),
        (-5, 100, -5, State.OK),
        (0, 0, 100, State.NEAR),
        (1, 0, 101, State.EXCEEDED),
        (0, -150, 250, State.EXCEEDED),
    ],
)
def test_state_and_percent(spent: int, limit: int, percent: int, state: State) -> None:
    budget = a_budget()
    status = budget.status(budget.schedule.period(0), spent=spent, limit=limit)
    assert (status.percent, status.state, status.remaining) == (percent, state, Money(limit - spent, "USD"))


def test_a_budget_without_a_lower_threshold_is_never_near() -> None:
    budget = a_budget(thresholds=(100,))
    assert budget.status(budget.schedule.period(0), spent=100, limit=100).state is State.OK


def test_without_spending_nothing_is_crossed_even_below_zero() -> None:
    assert a_budget().level(spent=0, limit=-150) == 0
    assert a_budget().level(spent=1, limit=-150) == 100
