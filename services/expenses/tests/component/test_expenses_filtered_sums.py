"""Sums of what a list shows, whatever it is filtered by."""

from __future__ import annotations

import pytest


@pytest.fixture
def food(api):
    return api("POST", "/categories", json={"name": "Food"}).json()["id"]


@pytest.fixture
def travel(api):
    return api("POST", "/categories", json={"name": "Travel"}).json()["id"]


@pytest.fixture(autouse=True)
def _entries(api, food, travel):
    for amount, day, more in (
        ("4.80", "2026-10-01", {"payee": "Café", "category_id": food, "tags": ["Holiday", 'a","b']}),
        ("7.20", "2026-10-20", {"payee": "Café", "category_id": food, "note": "with Otto"}),
        ("90.00", "2026-11-02", {"payee": "Rail", "category_id": travel, "tags": ["holiday", "work"]}),
        ("5.00", "2026-11-03", {"payee": "", "tags": ["holidays"]}),
        ("60.00", "2026-11-04", {"payee": "Rail", "kind": "income", "description": "Refund"}),
    ):
        body = {"amount": {"amount": amount, "currency": "EUR"}, "spent_on": day, **more}
        assert api("POST", "/expenses", json=body).status_code == 201


def sums(api, by="category", **filters):
    answer = api("GET", "/summary", params={"by": by, **filters})
    assert answer.status_code == 200, answer.text
    return answer.json()


@pytest.mark.parametrize("by", ["category", "payee", "month", "day"])
@pytest.mark.parametrize(
    ("filters", "spent", "earned", "count"),
    [
        ({}, "107.00", "60.00", 5),
        ({"kind": "expense"}, "107.00", "0.00", 4),
        ({"kind": "income"}, "0.00", "60.00", 1),
        ({"payee": "Café"}, "12.00", "0.00", 2),
        ({"payee": " Rail ", "kind": "expense"}, "90.00", "0.00", 1),
        ({"payee": ""}, "5.00", "0.00", 1),
        ({"text": "otto"}, "7.20", "0.00", 1),
        ({"text": "REFUND"}, "0.00", "60.00", 1),
        ({"tag": "holiday"}, "94.80", "0.00", 2),
        ({"tag": "HOLIDAY", "from": "2026-11-01"}, "90.00", "0.00", 1),
        ({"tag": 'a","b'}, "4.80", "0.00", 1),
        ({"tag": "b"}, "0.00", "0.00", 0),
        ({"min": "5", "max": "60"}, "12.20", "60.00", 3),
        ({"category": "none"}, "5.00", "60.00", 2),
        ({"category": "none", "kind": "expense"}, "5.00", "0.00", 1),
        ({"from": "2026-10-05", "to": "2026-11-03", "payee": "Café"}, "7.20", "0.00", 1),
    ],
)
def test_sums_are_those_of_the_filtered_list(api, by, filters, spent, earned, count):
    found = sums(api, by, **filters)
    assert (found["spent"]["amount"], found["earned"]["amount"]) == (spent, earned)
    assert sum(item["count"] for item in found["items"]) == count
    assert len(api("GET", "/expenses", params=filters).json()["items"]) == count


@pytest.mark.parametrize("by", ["category", "payee", "month", "day"])
def test_several_categories_mean_any_of_them(api, by, food, travel):
    for category, spent, count in ((food, "12.00", 2), (f"{food},{travel}", "102.00", 3), (f"{food},none", "17.00", 4)):
        found = sums(api, by, category=category)
        assert (found["spent"]["amount"], sum(item["count"] for item in found["items"])) == (spent, count)
        assert len(api("GET", "/expenses", params={"category": category}).json()["items"]) == count


def test_months_of_a_filter_are_added_up(api):
    found = sums(api, "month", payee="Café", **{"from": "2026-10-01"})
    assert [(item["key"], item["spent"]["amount"], item["count"]) for item in found["items"]] == [("2026-10", "12.00", 2)]


def test_an_amount_with_too_many_decimals_is_a_problem(api):
    answer = api("GET", "/summary", params={"by": "category", "min": "1.001"})
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/min")
