"""Budgets over HTTP: responses, rejected requests, and what the problem says to change."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from chassis.runtime.ids import uuid7
from support.budgets_world import COFFEE, GROCERIES, MARIA, World, usd

JOHN = replace(MARIA, user_id=uuid7())
NEW = {"name": "Groceries", "amount": usd("200.00")}


def test_a_budget_needs_a_name_and_an_amount_only(world: World) -> None:
    answer = world.call("POST", "budgets", json=NEW)
    assert answer.status_code == 201
    assert answer.headers["ETag"] == '"1"'
    budget = answer.json()
    assert world.get(budget) == budget
    del budget["id"]
    assert budget == {
        "name": "Groceries",
        "category_ids": [],
        "missing_category_ids": [],
        "amount": usd("200.00"),
        "period": "monthly",
        "starts_on": "2015-01-01",
        "thresholds": [80, 100],
        "rollover": "none",
        "current": {
            "from": "2015-01-01",
            "to": "2015-01-31",
            "limit": usd("200.00"),
            "spent": usd("0.00"),
            "remaining": usd("200.00"),
            "percent": 0,
            "state": "ok",
        },
        "version": 1,
        "created_at": "2015-01-24T18:00:00Z",
    }


def test_days_follow_the_time_zone_of_the_caller(world: World) -> None:
    world.at("2015-02-01T03:00:00Z")  # still January in New York
    assert world.create()["starts_on"] == "2015-01-01"
    tokyo = replace(MARIA, user_id=uuid7(), time_zone="Asia/Tokyo")
    assert world.call("POST", "budgets", json=NEW, caller=tokyo).json()["starts_on"] == "2015-02-01"
    nowhere = replace(MARIA, user_id=uuid7(), time_zone="Nowhere/Land")
    assert world.call("POST", "budgets", json=NEW, caller=nowhere).json()["starts_on"] == "2015-02-01"


@pytest.mark.parametrize(
    ("changes", "status", "pointer"),
    [
        ({"name": "   "}, 422, "/name"),
        ({"name": ""}, 400, "/name"),
        ({"name": "a\u0000b"}, 400, "/name"),
        ({"amount": {"amount": "200.00", "currency": "EUR"}}, 422, "/amount/currency"),
        ({"amount": {"amount": "200.00", "currency": "usd"}}, 400, "/amount/currency"),
        ({"amount": usd("0.00")}, 422, "/amount/amount"),
        ({"amount": usd("-5.00")}, 400, "/amount/amount"),
        ({"amount": usd("1.005")}, 422, "/amount/amount"),
        ({"amount": {"amount": 200.0, "currency": "USD"}}, 400, "/amount/amount"),
        ({"period": "daily"}, 400, "/period"),
        ({"starts_on": "2015-02-30"}, 400, "/starts_on"),
        ({"starts_on": "3000-01-01"}, 400, "/starts_on"),
        ({"thresholds": [0]}, 400, "/thresholds/0"),
        ({"thresholds": [101]}, 400, "/thresholds/0"),
        ({"thresholds": [80, 80]}, 400, "/thresholds"),
        ({"thresholds": [True]}, 400, "/thresholds/0"),
        ({"category_ids": ["groceries"]}, 400, "/category_ids/0"),
        ({"category_ids": [GROCERIES] * 2}, 400, "/category_ids"),
        ({"rollover": "some"}, 400, "/rollover"),
        ({"colour": "red"}, 400, "/colour"),
    ],
    ids=str,
)
def test_invalid_bodies_are_rejected_with_a_pointer(world: World, changes: dict[str, Any], status: int, pointer: str) -> None:
    answer = world.call("POST", "budgets", json={**NEW, **changes})
    assert answer.status_code == status, answer.text
    assert pointer in [error["pointer"] for error in answer.json()["errors"]]
    assert answer.headers["Content-Type"].startswith("application/problem+json")
    assert world.call("GET", "budgets").json()["items"] == []
    assert world.published() == []


def test_all_problems_of_a_body_are_reported_at_once(world: World) -> None:
    answer = world.call("POST", "budgets", json={"name": " ", "amount": usd("0")})
    assert [error["pointer"] for error in answer.json()["errors"]] == ["/name", "/amount/amount"]


def test_a_repeated_request_with_the_same_key_makes_one_budget(world: World) -> None:
    headers = {"Idempotency-Key": "once"}
    first = world.call("POST", "budgets", json=NEW, headers=headers)
    again = world.call("POST", "budgets", json=NEW, headers=headers)
    assert (again.status_code, again.json(), again.headers["ETag"]) == (201, first.json(), '"1"')
    assert len(world.call("GET", "budgets").json()["items"]) == 1
    other = world.call("POST", "budgets", json={**NEW, "name": "Other"}, headers=headers)
    assert other.status_code == 422
    assert world.call("POST", "budgets", json=NEW, headers=headers, caller=JOHN).json()["id"] != first.json()["id"]


def test_a_repeat_of_a_request_to_an_older_version_gets_its_response(world: World, tmp_path: Path) -> None:
    headers = {"Idempotency-Key": "once"}
    first = world.call("POST", "budgets", json=NEW, headers=headers)
    with closing(sqlite3.connect(tmp_path / "budgets.db")) as connection, connection:
        connection.execute("UPDATE replay SET status = 0, headers = '{}'")  # it stored the body alone
    again = world.call("POST", "budgets", json=NEW, headers=headers)
    assert (again.status_code, again.json(), again.headers["ETag"]) == (201, first.json(), '"1"')


def test_a_change_needs_the_version_that_was_read(world: World) -> None:
    budget = world.create()
    path = f"budgets/{budget['id']}"
    assert world.call("PATCH", path, json={"name": "Food"}).status_code == 428
    changed = world.change(budget, name=" Food ", thresholds=[50, 90])
    assert (changed["name"], changed["thresholds"], changed["version"]) == ("Food", [50, 90, 100], 2)
    for stale in ("PATCH", "DELETE"):
        body = {"json": {"name": "Late"}} if stale == "PATCH" else {}
        answer = world.call(stale, path, headers={"If-Match": '"1"'}, **body)
        assert answer.status_code == 412
        assert "version 2" in answer.json()["detail"]
    assert world.get(budget) == changed


def test_another_limit_closes_crossings_and_opens_new_ones(world: World) -> None:
    budget = world.create(thresholds=[100])
    tipping = world.spend("210.00", "2015-01-02")
    world.spend("100.00", "2015-01-03")
    [exceeded] = world.published("budget.exceeded")
    budget = world.change(budget, amount=usd("500.00"))
    [recovered] = world.published("budget.recovered")
    assert (recovered.data["reason"], recovered.data["crossing_id"]) == ("budget-changed", exceeded.data["crossing_id"])
    assert recovered.data["limit"] == usd("500.00")
    budget = world.change(budget, amount=usd("205.00"))
    [again] = world.published("budget.exceeded")
    assert again.data["expense"]["expense_id"] == tipping
    assert again.data["spent"] == usd("310.00")


def test_a_renamed_budget_opens_and_closes_nothing(world: World) -> None:
    budget = world.create(thresholds=[100])
    world.spend("210.00")
    world.published()
    world.change(budget, name="Food")
    [event] = world.published()
    assert (event.type, event.data["budget"]["name"]) == ("budget.changed", "Food")


def test_another_cycle_closes_crossings_and_opens_new_ones(world: World) -> None:
    budget = world.create(thresholds=[100])
    world.spend("210.00", "2015-01-20")
    world.published()
    world.change(budget, period="weekly", starts_on="2015-01-01")
    assert sorted(world.crossings()) == [("budget.exceeded", 100, "2015-01-15"), ("budget.recovered", 100, "2015-01-01")]


def test_deleting_a_budget_withdraws_its_alerts(world: World) -> None:
    budget = world.create()
    world.spend("210.00")
    world.published()
    world.remove(budget)
    recovered, removed = world.published()
    assert (recovered.type, recovered.data["reason"], recovered.data["threshold"]) == ("budget.recovered", "budget-removed", 100)
    assert (removed.type, removed.data["budget_id"]) == ("budget.removed", budget["id"])
    assert world.call("GET", f"budgets/{budget['id']}").status_code == 404
    assert world.call("GET", "budgets").json()["items"] == []


def test_budgets_of_other_people_are_not_found(world: World) -> None:
    budget = world.create()
    path, headers = f"budgets/{budget['id']}", {"If-Match": '"1"'}
    assert world.call("GET", path, caller=JOHN).status_code == 404
    assert world.call("GET", f"{path}/periods", caller=JOHN).status_code == 404
    assert world.call("PATCH", path, json={"name": "Mine"}, headers=headers, caller=JOHN).status_code == 404
    assert world.call("DELETE", path, headers=headers, caller=JOHN).status_code == 404
    assert world.call("GET", "budgets", caller=JOHN).json() == {"items": [], "next_cursor": None}


def test_an_id_that_is_not_a_uuid_is_rejected(world: World) -> None:
    assert world.call("GET", "budgets/7").status_code == 400
    assert world.call("GET", f"budgets/{uuid7()}").status_code == 404


def test_budgets_are_listed_by_name_in_pages(world: World) -> None:
    for name in ("zoo", "Éclair", "apples", "Apples", "Bread"):
        world.create(name=name)
    found, cursor = [], None
    while True:
        page = world.call("GET", "budgets", params={"limit": 2, **({"cursor": cursor} if cursor else {})}).json()
        found += [item["name"] for item in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert found == ["apples", "Apples", "Bread", "zoo", "Éclair"]
    assert world.call("GET", "budgets", params={"cursor": "made-up"}).status_code == 400


def test_a_book_has_at_most_200_budgets(world: World) -> None:
    for _number in range(200):
        world.create()
    answer = world.call("POST", "budgets", json=NEW)
    assert (answer.status_code, answer.json()["type"]) == (422, "/problems/too-many-budgets")


def test_the_history_goes_back_to_the_first_period_with_spending(world: World) -> None:
    budget = world.create(category_ids=[GROCERIES])
    world.spend("300.00", "2014-10-31")
    world.spend("900.00", "2014-01-01", category=COFFEE)
    world.spend("900.00", "2015-03-01")
    history = world.periods(budget)
    assert [period["from"] for period in history] == ["2015-01-01", "2014-12-01", "2014-11-01", "2014-10-01"]
    assert [period["state"] for period in history] == ["ok", "ok", "ok", "exceeded"]
    assert history[-1]["tipped_by"]["amount"] == usd("300.00")


def test_the_history_without_spending_is_the_current_period(world: World) -> None:
    assert [period["from"] for period in world.periods(world.create())] == ["2015-01-01"]


def test_a_cursor_of_another_history_is_rejected(world: World) -> None:
    first, second = world.create(), world.create()
    world.spend("1.00", "2014-06-01")
    cursor = world.call("GET", f"budgets/{first['id']}/periods", params={"limit": 1}).json()["next_cursor"]
    assert world.call("GET", f"budgets/{second['id']}/periods", params={"cursor": cursor}).status_code == 400


def test_a_budget_in_a_former_home_currency_waits_for_a_new_limit(world: World) -> None:
    budget = world.create(thresholds=[100])
    world.spend("300.00")
    world.caller = replace(MARIA, home_currency="EUR")
    renamed = world.change(budget, name="Food")
    assert renamed["amount"]["currency"] == "USD"
    answer = world.call("PATCH", f"budgets/{budget['id']}", json={"amount": usd("9.00")}, headers={"If-Match": '"2"'})
    assert answer.status_code == 422
    assert answer.json()["errors"] == [{"pointer": "/amount/currency", "message": "must be EUR, your home currency"}]
    world.published()
    changed = world.change(renamed, amount={"amount": "180.00", "currency": "EUR"})
    assert changed["current"]["spent"] == {"amount": "0.00", "currency": "EUR"}
    assert world.crossings() == [("budget.recovered", 100, "2015-01-01")]


def test_a_read_only_token_changes_nothing(world: World) -> None:
    reader = replace(MARIA, kind="token", scopes=frozenset({"read"}))
    assert world.call("POST", "budgets", json=NEW, caller=reader).status_code == 403
    assert world.call("GET", "budgets", caller=reader).status_code == 200
