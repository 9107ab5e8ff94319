"""Categories, and what happens to expenses when one goes."""

from __future__ import annotations

import pytest

from support.expenses_api import Api
from testing.fakes.callers import OTTO, a_caller


def make(api: Api, name: str = "Food") -> dict:
    answer = api("POST", "/categories", json={"name": name})
    assert answer.status_code == 201, answer.text
    return answer.json()


def spend(api: Api, category: str | None, amount: str = "5.00") -> dict:
    body = {"amount": {"amount": amount, "currency": "EUR"}, "spent_on": "2026-11-22", "category_id": category}
    return api("POST", "/expenses", json=body).json()


def by_category(api: Api) -> dict:
    return {item["label"]: item["spent"]["amount"] for item in api("GET", "/summary?by=category").json()["items"]}


def test_a_category_gets_a_colour_of_its_own(api):
    first = make(api, "Food")
    assert first["colour"] == make(api.as_(a_caller(OTTO)), "food")["colour"]
    assert api("POST", "/categories", json={"name": "X", "colour": "#ABCDEF"}).json()["colour"] == "#ABCDEF"


def test_a_colour_comes_back_only_when_all_others_are_in_use(api):
    colours = [make(api, f"Category {number}")["colour"] for number in range(32)]
    assert len(set(colours)) == 16
    assert sorted(colours[:16]) == sorted(colours[16:])


def test_categories_that_a_file_brings_have_colours_of_their_own_too(api):
    before = make(api, "Rent")["colour"]
    rows = "".join(f"2026-11-01,4.00,Shop,Category {number}\n" for number in range(15))
    answer = api("POST", "/imports", files={"file": ("bank.csv", f"date,amount,payee,category\n{rows}".encode(), "text/csv")})
    assert answer.status_code == 201, answer.text
    colours = [category["colour"] for category in api("GET", "/categories").json()["items"]]
    assert len(colours) == 16 == len({before, *colours})


@pytest.mark.parametrize("name", ["food", " FOOD ", "Food"])
def test_a_name_is_taken_once_whatever_its_letters(api, name):
    make(api, "Food")
    assert api("POST", "/categories", json={"name": name}).status_code == 409


def test_composed_and_decomposed_names_are_the_same(api):
    make(api, "Caf\u00e9")
    assert api("POST", "/categories", json={"name": "CAFE\u0301"}).status_code == 409


@pytest.mark.parametrize(("body", "status"), [({"name": "  "}, 422), ({"name": ""}, 400), ({"name": "x" * 101}, 400), ({}, 400)])
def test_bad_names_are_refused(api, body, status):
    assert api("POST", "/categories", json=body).status_code == status


def test_categories_are_listed_by_name_and_each_owner_sees_only_theirs(api):
    for name in ("b", "A", "c"):
        make(api, name)
    assert [item["name"] for item in api("GET", "/categories").json()["items"]] == ["A", "b", "c"]
    otto = api.as_(a_caller(OTTO))
    assert otto("GET", "/categories").json()["items"] == []
    assert otto("GET", f"/categories/{make(api, 'd')['id']}").status_code == 404


def test_renaming_keeps_to_the_rules(api):
    food, home = make(api, "Food"), make(api, "Home")
    path = f"/categories/{food['id']}"
    assert api("PATCH", path, version=1, json={"name": "home"}).status_code == 409
    renamed = api("PATCH", path, version=1, json={"name": "FOOD"})
    assert (renamed.status_code, renamed.json()["version"], renamed.headers["ETag"]) == (200, 2, '"2"')
    assert api("PATCH", path, version=1, json={"name": "x"}).status_code == 412
    assert api("PATCH", path, version=2, json={"name": "FOOD"}).json()["version"] == 2
    assert api("GET", f"/categories/{home['id']}").json() == home


def test_the_same_key_makes_one_category(api):
    answers = [api("POST", "/categories", json={"name": "Food"}, key="k") for _ in range(2)]
    assert answers[0].json() == answers[1].json()


def test_five_hundred_categories_are_the_most(api):
    rows = "".join(f"2026-01-01,1.00,Category {number}\n" for number in range(500))
    assert api.upload("date,amount,category\n" + rows).json()["categories_created"] == 500
    assert api("POST", "/categories", json={"name": "one more"}).status_code == 422
    done = api.upload("date,amount,category\n2026-01-01,2.00,another\n2026-01-01,2.00,Category 7\n").json()
    assert (done["imported"], done["failed"]) == (1, 1)
    assert done["errors"][0]["line"] == 2


def test_an_unused_category_can_go(api):
    food = make(api)
    assert api("DELETE", f"/categories/{food['id']}", version=1).status_code == 204
    assert api("GET", f"/categories/{food['id']}").status_code == 404


def test_one_in_use_goes_only_when_its_expenses_have_a_place(api):
    food, home = make(api, "Food"), make(api, "Home")
    spend(api, food["id"])
    path = f"/categories/{food['id']}"
    assert api("DELETE", path, version=1).status_code == 409
    for wrong in (food["id"], OTTO, "nonsense"):
        assert api("DELETE", f"{path}?move_to={wrong}", version=1).status_code == 422
    api.events()
    assert api("DELETE", f"{path}?move_to={home['id']}", version=1).status_code == 204
    assert by_category(api) == {"Home": "5.00"}
    told, gone = api.events()
    assert told.type == "expense.changed"
    assert told.data["category_moved"] == {"from": food["id"], "version": 2, "to": home["id"]}
    assert (gone.type, gone.data["category_id"], gone.data["moved_to"]) == ("category.removed", food["id"], home["id"])
    assert told.data["changes"][0]["version"] == 2
    assert told.data["changes"][0]["after"]["category_id"] == home["id"]


def test_moving_many_expenses_publishes_them_in_batches(api):
    rows = "".join(f"2026-01-{1 + number % 28:02},1.00,Food,{number}\n" for number in range(1201))
    api.upload("date,amount,category,payee\n" + rows)
    (food,) = api("GET", "/categories").json()["items"]
    api.events()
    assert api("DELETE", f"/categories/{food['id']}?move_to=none", version=1).status_code == 204
    told = [len(event.data["changes"]) for event in api.events() if event.type == "expense.changed"]
    assert told == [500, 500, 201]
    assert by_category(api) == {"No category": "1201.00"}
