"""A crossing is an edge: told once, for certain, with the reason, and taken back when it no longer holds."""

from __future__ import annotations

from unit.budgets.budgets_world import GROCERIES, World, usd


def test_the_expense_that_takes_a_budget_over_its_limit_is_told_once_with_the_reason(world: World) -> None:
    budget = world.create(category_ids=[GROCERIES], thresholds=[100])
    world.announced()
    world.spend("196.93")
    assert world.crossings() == []
    tipping = world.spend("11.32", payee="Onion Market")
    [event] = world.announced("budget.exceeded")
    assert event.data["budget_id"] == budget["id"]
    assert event.data["period"] == {"from": "2015-01-01", "to": "2015-01-31"}
    assert event.data["limit"] == usd("200.00")
    assert event.data["spent"] == usd("208.25")
    assert event.data["expense"] == {
        "expense_id": tipping,
        "spent_on": "2015-01-24",
        "payee": "Onion Market",
        "amount": usd("11.32"),
        "home_amount": usd("11.32"),
    }
    world.spend("50.00")
    assert world.crossings() == []


def test_spending_exactly_the_limit_does_not_exceed_it(world: World) -> None:
    world.create(thresholds=[100])
    world.spend("200.00")
    assert world.crossings() == []
    world.spend("0.01")
    assert world.crossings() == [("budget.exceeded", 100, "2015-01-01")]
