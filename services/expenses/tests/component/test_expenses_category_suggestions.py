"""The category that is suggested for a payee."""

from __future__ import annotations

import pytest

from expenses.entries.suggestions import usual_category
from support.expenses_api import Api
from testing.fakes.callers import OTTO, a_caller


@pytest.mark.parametrize(
    ("latest_first", "usual"),
    [
        ([], None),
        ([None, None], None),
        (["food"], "food"),
        ([None, "food"], "food"),
        ([None, None, None, "food"], "food"),
        (["fun", "food", "food"], "food"),
        (["fun", "food", "food", "fun"], "fun"),
        (["food", "fun", "fun", "food"], "food"),
    ],
)
def test_the_majority_decides_then_the_latest_and_none_teaches_nothing(latest_first, usual) -> None:
    assert usual_category(latest_first) == usual


def test_a_payee_has_the_category_of_most_entries(api: Api) -> None:
    food, fun = (api("POST", "/categories", json={"name": name}).json()["id"] for name in ("Food", "Fun"))
    for day, category in ((1, food), (2, food), (3, fun), (4, None)):
        body = {"amount": {"amount": "5.00", "currency": "EUR"}, "spent_on": f"2026-11-0{day}", "category_id": category}
        assert api("POST", "/expenses", json={**body, "payee": "Caf\u00e9"}).status_code == 201
    ask = "/suggestions/category?payee=%20Cafe%CC%81"
    assert api("GET", ask).json() == {"category_id": food}
    assert api("GET", "/suggestions/category?payee=Bakery").json() == {"category_id": None}
    assert api.as_(a_caller(OTTO))("GET", ask).json() == {"category_id": None}
