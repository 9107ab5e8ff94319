"""A budget has categories that exist; when one is deleted, it follows the expenses or shows that it is missing."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from chassis.messaging.events import Event
from chassis.runtime.ids import uuid7
from support.budgets_world import COFFEE, GROCERIES, MARIA, World, a_change, an_expense, make_world, usd

UNKNOWN = "0190f1d2-5009-7aaa-8bbb-0c0d0e0f1019"
JOHN = replace(MARIA, user_id=uuid7())
NEW = {"name": "Groceries", "amount": usd("200.00")}


def an_event(kind: str, user_id: str = MARIA.user_id, **data: Any) -> Event:
    return Event(uuid7(), "/outlay/expenses", kind, user_id, "2015-01-24T18:00:00Z", {"user_id": user_id, **data})


def categories(*ids: str, complete: bool = True, version: int = 1, user_id: str = MARIA.user_id) -> Event:
    entries = [{"category_id": category_id, "version": version, "name": "x"} for category_id in ids]
    return an_event("category.changed", user_id, categories=entries, complete=complete)


def removed(category_id: str, moved_to: str | None = None, *, version: int = 2) -> Event:
    return an_event("category.removed", category_id=category_id, version=version, name="x", moved_to=moved_to)


def moving(category_id: str, moved_to: str | None, *expense_ids: str, amount: str = "150.00") -> Event:
    changes = [a_change(an_expense(amount, category=moved_to), expense_id=expense_id, version=2) for expense_id in expense_ids]
    moved = {"from": category_id, "version": 2, "to": moved_to}
    return an_event("expense.changed", import_id=None, category_moved=moved, changes=changes)


@pytest.mark.parametrize("category_id", [UNKNOWN, "5f0f1b52-6f0e-4c3a-9d55-0a4d2c9b7e11"])
def test_a_budget_on_an_unknown_category_is_rejected(world: World, category_id: str) -> None:
    world.deliver(categories(GROCERIES))
    answer = world.call("POST", "budgets", json={**NEW, "category_ids": [GROCERIES, category_id]})
    assert answer.status_code == 422
    assert answer.json()["type"] == "/problems/unknown-category"
    assert answer.json()["errors"] == [{"pointer": "/category_ids/1", "message": "Unknown category."}]
    assert world.call("GET", "budgets").json()["items"] == []


def test_a_budget_on_a_category_of_somebody_else_is_rejected(world: World) -> None:
    theirs = uuid7()
    world.deliver(categories(theirs, user_id=JOHN.user_id))
    world.deliver(categories(GROCERIES))
    assert world.call("POST", "budgets", json={**NEW, "category_ids": [theirs]}).status_code == 422


def test_a_budget_cannot_be_set_or_changed_to_a_deleted_category(world: World) -> None:
    world.deliver(categories(GROCERIES, COFFEE))
    budget = world.create(category_ids=[COFFEE])
    world.deliver(removed(GROCERIES))
    assert world.call("POST", "budgets", json={**NEW, "category_ids": [GROCERIES]}).status_code == 422
    headers = {"If-Match": f'"{budget["version"]}"'}
    answer = world.call("PATCH", f"budgets/{budget['id']}", json={"category_ids": [GROCERIES]}, headers=headers)
    assert answer.status_code == 422
    assert world.get(budget)["category_ids"] == [COFFEE]


def test_until_all_categories_are_known_an_unknown_one_is_accepted(world: World) -> None:
    budget = world.create(category_ids=[UNKNOWN, GROCERIES])
    assert budget["missing_category_ids"] == []
    world.deliver(categories(GROCERIES))
    assert world.get(budget)["missing_category_ids"] == [UNKNOWN]
    world.deliver(categories(UNKNOWN, complete=False))
    assert world.get(budget)["missing_category_ids"] == []


@pytest.fixture
def patient(tmp_path: Path) -> Iterator[World]:
    made = make_world(tmp_path / "patient.db", category_wait=20)
    yield made
    made.service.close()


def test_a_budget_on_a_new_category_waits_for_its_event(patient: World) -> None:
    made = uuid7()
    patient.deliver(categories(GROCERIES))
    arrival = threading.Timer(0.3, lambda: patient.deliver(categories(made, complete=False)))
    arrival.start()
    assert patient.create(category_ids=[made])["category_ids"] == [made]
    arrival.join()


def test_a_new_category_whose_event_is_late_is_pending(world: World) -> None:
    world.deliver(categories(GROCERIES))
    answer = world.call("POST", "budgets", json={**NEW, "category_ids": [uuid7()]})
    assert (answer.status_code, answer.json()["type"]) == (503, "/problems/category-pending")
    assert answer.headers["Retry-After"] == "2"


def test_a_budget_follows_a_deleted_category_in_any_order_of_events(tmp_path: Path) -> None:
    for number, order in enumerate(itertools.permutations(range(3))):
        world = make_world(tmp_path / f"{number}.db")
        world.deliver(categories(GROCERIES, COFFEE))
        budget = world.create(category_ids=[GROCERIES])
        first, second = world.spend("150.00"), world.spend("150.00")
        assert world.crossings() == [("budget.exceeded", 100, "2015-01-01")]
        events = [removed(GROCERIES, COFFEE), moving(GROCERIES, COFFEE, first), moving(GROCERIES, COFFEE, second)]
        for which in order:
            world.deliver(events[which])
        after = world.get(budget)
        assert (after["category_ids"], after["missing_category_ids"]) == ([COFFEE], [])
        assert (after["current"]["spent"], after["version"]) == (usd("300.00"), 2)
        assert world.crossings() == [], f"published again when events arrive in the order {order}"
        world.spend("1.00", category=COFFEE)
        assert world.get(budget)["current"]["spent"] == usd("301.00")
        world.service.close()


def test_a_budget_follows_several_deletions_in_any_order_of_events(world: World) -> None:
    rent = uuid7()
    world.deliver(categories(GROCERIES, COFFEE, rent))
    budget = world.create(category_ids=[GROCERIES])
    world.deliver(removed(COFFEE, rent))
    world.deliver(removed(GROCERIES, COFFEE))
    assert world.get(budget)["category_ids"] == [rent]
    world.deliver(removed(rent))
    assert (world.get(budget)["category_ids"], world.get(budget)["missing_category_ids"]) == ([rent], [rent])


def test_a_budget_shows_a_missing_category_until_it_gets_another(world: World) -> None:
    world.deliver(categories(GROCERIES, COFFEE))
    budget = world.create(category_ids=[GROCERIES])
    world.spend("250.00")
    world.published()
    world.deliver(removed(GROCERIES))
    (changed,) = world.published("budget.changed")
    assert changed.data["budget"]["missing_category_ids"] == [GROCERIES]
    budget = world.get(budget)
    assert (budget["category_ids"], budget["missing_category_ids"]) == ([GROCERIES], [GROCERIES])
    assert world.change(budget, name="Food")["missing_category_ids"] == [GROCERIES]
    budget = world.change(world.get(budget), category_ids=[COFFEE])
    assert (budget["category_ids"], budget["missing_category_ids"]) == ([COFFEE], [])


def test_a_change_of_a_category_after_its_deletion_is_ignored(world: World) -> None:
    world.deliver(removed(GROCERIES))
    world.deliver(categories(GROCERIES, COFFEE))
    assert world.call("POST", "budgets", json={**NEW, "category_ids": [GROCERIES]}).status_code == 422


def test_a_repeated_request_succeeds_after_its_category_is_deleted(world: World) -> None:
    world.deliver(categories(GROCERIES))
    request = {"json": {**NEW, "category_ids": [GROCERIES]}, "headers": {"Idempotency-Key": "k"}}
    first = world.call("POST", "budgets", **request)
    world.deliver(removed(GROCERIES))
    assert world.call("POST", "budgets", **request).json()["id"] == first.json()["id"]
