"""The household's years: the same 34 exceeded months however its expenses arrive."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from support.budgets_world import World, a_change, an_expense, usd

HOUSEHOLD = Path(str(files("outlay") / "household"))


def read(name: str) -> Any:
    return json.loads((HOUSEHOLD / name).read_text("utf-8"))


def rows() -> list[dict[str, str]]:
    with (HOUSEHOLD / "household.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def category(name: str) -> str:
    """A made-up id for a category, the same each time."""
    return f"00000000-0000-7000-8000-{abs(hash(name)) % 16**12:012x}"


def expense(number: int, row: dict[str, str]) -> dict[str, Any]:
    state = an_expense(row["Amount"], row["Date"], category(row["Category"]), payee=row["Payee"])
    return a_change(state, expense_id=f"00000000-0000-7000-9000-{number:012x}")


def set_budgets(world: World) -> dict[str, dict[str, Any]]:
    """The household's six budgets by category."""
    return {
        budget["category"]: world.create(
            name=budget["category"],
            category_ids=[category(budget["category"])],
            amount=usd(budget["amount"]),
            period=budget["period"],
            starts_on="2015-01-01",
        )
        for budget in read("budgets.json")
    }


def chunks(size: int) -> Iterator[list[dict[str, Any]]]:
    changes = [expense(number, row) for number, row in enumerate(rows(), 1)]
    return (changes[start : start + size] for start in range(0, len(changes), size))


def expected() -> set[tuple[str, str, str, int, str]]:
    return {
        (entry["category"], entry["month"], entry["tipped_on"], entry["tipped_by_row"], entry["spent_then"])
        for entry in read("expected-exceeded.json")
    }


def exceeded(world: World) -> list[tuple[str, str, str, int]]:
    """The exceedances as they were announced; what they say is spent depends on how many expenses came together."""
    return [
        (
            event.data["budget_name"],
            event.data["period"]["from"][:7],
            event.data["expense"]["spent_on"],
            int(event.data["expense"]["expense_id"][-12:], 16),
        )
        for event in world.published("budget.exceeded")
    ]


def in_history(world: World, budgets: dict[str, dict[str, Any]]) -> Iterable[tuple[str, str, str, int, str]]:
    for name, budget in budgets.items():
        for period in world.periods(budget):
            assert (period["state"] == "exceeded") == (period["tipped_by"] is not None)
            if tip := period["tipped_by"]:
                number = int(tip["expense_id"][-12:], 16)
                yield name, period["from"][:7], tip["spent_on"], number, tip["spent_then"]["amount"]


@pytest.mark.parametrize("size", [1, 100, 500, 990], ids=lambda size: f"in events of {size}")
def test_the_household_exceeds_34_months_with_the_known_rows(world: World, size: int) -> None:
    world.at("2017-09-30T18:00:00Z")
    budgets = set_budgets(world)
    for changes in chunks(size):
        world.post(*changes)
    found = exceeded(world)
    assert len(found) == 34
    assert set(found) == {entry[:4] for entry in expected()}
    assert set(in_history(world, budgets)) == expected()


def test_budgets_set_after_the_expenses_find_the_same_34_months(world: World) -> None:
    world.at("2017-09-30T18:00:00Z")
    for changes in chunks(500):
        world.post(*changes)
    budgets = set_budgets(world)
    found = exceeded(world)
    assert len(found) == 34
    assert set(found) == {entry[:4] for entry in expected()}
    assert set(in_history(world, budgets)) == expected()


def test_the_spending_of_each_month_is_the_sum_of_the_file(world: World) -> None:
    world.at("2017-09-30T18:00:00Z")
    budgets = set_budgets(world)
    for changes in chunks(500):
        world.post(*changes)
    for entry in read("expected-exceeded.json"):
        [period] = [p for p in world.periods(budgets[entry["category"]]) if p["from"][:7] == entry["month"]]
        assert period["spent"] == usd(entry["spent_in_month"])
