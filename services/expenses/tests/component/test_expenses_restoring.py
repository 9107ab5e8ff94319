"""A deleted expense comes back as it was, for a day."""

from __future__ import annotations

from support.expenses_api import Api
from support.receipt_requests import sent
from testing.fakes.callers import OTTO, a_caller

WHOLE = {
    "amount": {"amount": "20.00", "currency": "USD"},
    "home_amount": {"amount": "19.50", "currency": "EUR"},
    "spent_on": "2026-11-20",
    "payee": "Blue Bottle",
    "description": "Beans",
    "tags": ["office"],
    "note": "Paid in cash",
}


def recorded(api: Api, **more: object) -> dict:
    category = api("POST", "/categories", json={"name": "Coffee"}).json()["id"]
    answer = api("POST", "/expenses", json={**WHOLE, "category_id": category, **more})
    assert answer.status_code == 201, answer.text
    return answer.json()


def deleted(api: Api, expense: dict) -> str:
    path = f"/expenses/{expense['id']}"
    assert api("DELETE", path, version=expense["version"]).status_code == 204
    return path


def test_a_deleted_expense_comes_back_with_all_it_had(api: Api) -> None:
    expense = recorded(api)
    receipt = sent(api, expense["id"])
    before = api("GET", f"/expenses/{expense['id']}").json()
    path = deleted(api, expense)
    assert api("GET", path).status_code == 404
    restored = api("POST", f"{path}/restore")
    assert restored.status_code == 200, restored.text
    assert restored.headers["ETag"] == '"3"'
    assert {**restored.json(), "version": 1, "updated_at": before["updated_at"]} == before
    assert api("GET", f"/receipts/{receipt['id']}/content").status_code == 200
    assert api("GET", "/summary?by=payee").json()["spent"]["amount"] == "19.50"


def test_an_imported_expense_keeps_its_import(api: Api) -> None:
    done = api.upload("date,amount,payee\n2026-11-02,4.80,Blue Bottle\n").json()
    (expense,) = api("GET", f"/expenses?import={done['id']}").json()["items"]
    restored = api("POST", f"{deleted(api, expense)}/restore").json()
    assert restored["import_id"] == done["id"]
    again = api.upload("date,amount,payee\n2026-11-02,4.80,Blue Bottle\n").json()
    assert (again["imported"], again["duplicates"]) == (0, 1), "it is known again"


def test_events_of_deletion_and_return_are_in_order(api: Api) -> None:
    expense = recorded(api)
    path = deleted(api, expense)
    api("POST", f"{path}/restore")
    api("POST", f"{path}/restore")
    told = [(event.type, event.data["changes"][0]["version"]) for event in api.events() if event.type.startswith("expense.")]
    assert told == [("expense.recorded", 1), ("expense.removed", 2), ("expense.recorded", 3)], "and nothing for the repeat"


def test_a_category_that_is_gone_meanwhile_is_left_out(api: Api) -> None:
    expense = recorded(api)
    path = deleted(api, expense)
    assert api("DELETE", f"/categories/{expense['category_id']}", version=1).status_code == 204
    assert api("POST", f"{path}/restore").json()["category_id"] is None


def test_a_home_currency_that_changed_meanwhile_is_the_new_one(api: Api) -> None:
    path = deleted(api, recorded(api))
    api.tell("user.changed", home_currency="USD", time_zone="UTC", version=5, changed=["home_currency"])
    assert api("POST", f"{path}/restore").json()["home_amount"] == {"amount": "20.00", "currency": "USD"}


def test_a_person_cannot_restore_the_expense_of_another(api: Api) -> None:
    path = deleted(api, recorded(api))
    assert api.as_(a_caller(OTTO))("POST", f"{path}/restore").status_code == 404


def test_after_a_day_it_is_gone_for_good(api: Api) -> None:
    path = deleted(api, recorded(api))
    api.clock.later(hours=23)
    api.service.clean_up()
    assert api("POST", f"{path}/restore").status_code == 200
    assert api("DELETE", path, version=3).status_code == 204
    api.clock.later(hours=25)
    api.service.clean_up()
    assert api("POST", f"{path}/restore").status_code == 404
