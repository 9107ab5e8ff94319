"""Single expenses over HTTP."""

from __future__ import annotations

import pytest

from testing.fakes.callers import OTTO, a_caller

COFFEE = {"amount": {"amount": "4.80", "currency": "EUR"}, "spent_on": "2026-11-22", "payee": "Blue Bottle"}


def record(api, **more):
    answer = api("POST", "/expenses", json=COFFEE | more)
    assert answer.status_code == 201, answer.text
    return answer.json()


def list_all(api, query=""):
    return (api("GET", f"/expenses{query}")).json()["items"]


def test_an_expense_needs_an_amount_and_a_day_only(api):
    answer = api("POST", "/expenses", json={"amount": {"amount": "4.8", "currency": "EUR"}, "spent_on": "2026-11-22"})
    assert answer.status_code == 201
    assert answer.headers["ETag"] == '"1"'
    made = answer.json()
    assert made["kind"] == "expense"
    assert made["amount"] == made["home_amount"] == {"amount": "4.80", "currency": "EUR"}
    assert (api("GET", f"/expenses/{made['id']}")).json() == made


def test_another_currency_is_converted_with_the_rate_of_the_day(api):
    made = record(api, amount={"amount": "100.00", "currency": "USD"}, spent_on="2014-03-28")
    assert made["home_amount"] == {"amount": "72.68", "currency": "EUR"}


def test_a_weekend_takes_the_rate_of_the_friday(api):
    friday = record(api, amount={"amount": "100.00", "currency": "USD"}, spent_on="2014-03-28")
    sunday = record(api, amount={"amount": "100.00", "currency": "USD"}, spent_on="2014-03-30")
    assert sunday["home_amount"] == friday["home_amount"]


@pytest.mark.parametrize(
    ("amount", "currency", "day"), [("10", "USD", "1998-12-31"), ("10", "ARS", "2020-01-01"), ("10", "RON", "2001-02-01")]
)
def test_without_a_rate_the_home_amount_must_be_given(api, amount, currency, day):
    body = {"amount": {"amount": amount, "currency": currency}, "spent_on": day}
    answer = api("POST", "/expenses", json=body)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "/home_amount"
    answer = api("POST", "/expenses", json=body | {"home_amount": {"amount": "9.00", "currency": "EUR"}})
    assert answer.status_code == 201
    assert answer.json()["home_amount"]["amount"] == "9.00"


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"amount": {"amount": "0", "currency": "EUR"}}, "/amount/amount"),
        ({"amount": {"amount": "0.00", "currency": "EUR"}}, "/amount/amount"),
        ({"amount": {"amount": "1.234", "currency": "EUR"}}, "/amount/amount"),
        ({"amount": {"amount": "1.5", "currency": "JPY"}}, "/amount/amount"),
        ({"amount": {"amount": "1", "currency": "XYZ"}}, "/amount/currency"),
        ({"amount": {"amount": "1", "currency": "XAU"}}, "/amount/currency"),
        ({"category_id": OTTO}, "/category_id"),
        ({"home_amount": {"amount": "1.00", "currency": "USD"}}, "/home_amount/currency"),
        ({"home_amount": {"amount": "1.00", "currency": "EUR"}}, "/home_amount/amount"),
    ],
)
def test_what_cannot_be_is_refused_with_its_place(api, change, pointer):
    answer = api("POST", "/expenses", json=COFFEE | change)
    assert answer.status_code == 422, answer.text
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]
    assert api.events() == []


@pytest.mark.parametrize(
    "change",
    [
        {"amount": {"amount": "-1", "currency": "EUR"}},
        {"amount": {"amount": 1.5, "currency": "EUR"}},
        {"amount": "1.50"},
        {"spent_on": "2026-02-30"},
        {"spent_on": "22.11.2026"},
        {"spent_on": None},
        {"tags": [""]},
        {"tags": ["x"] * 21},
        {"payee": "x" * 201},
        {"payee": "a\u0000b"},
        {"kind": "gift"},
        {"unknown": 1},
    ],
)
def test_what_does_not_fit_the_document_is_a_400(api, change):
    answer = api("POST", "/expenses", json=COFFEE | change)
    assert answer.status_code == 400, answer.text


def test_decimals_follow_the_currency(api):
    assert (record(api, amount={"amount": "500", "currency": "JPY"}))["amount"]["amount"] == "500"
    kuwaiti = {"amount": {"amount": "1.234", "currency": "KWD"}, "home_amount": {"amount": "3.70", "currency": "EUR"}}
    assert (record(api, **kuwaiti))["amount"]["amount"] == "1.234"


def test_texts_are_tidied(api):
    made = record(api, payee="  Cafe\u0301   Eins ", description=" x ", tags=["a", " a", "b "])
    assert (made["payee"], made["description"], made["tags"]) == ("Café Eins", "x", ["a", "b"])


def test_the_same_key_records_once(api):
    first = api("POST", "/expenses", json=COFFEE, key="k1")
    again = api("POST", "/expenses", json=COFFEE, key="k1")
    assert (again.status_code, again.json(), again.headers["ETag"]) == (201, first.json(), '"1"')
    assert len(list_all(api)) == 1
    other = api("POST", "/expenses", json=COFFEE | {"note": "x"}, key="k1")
    assert other.status_code == 422


def test_a_change_touches_only_what_is_given(api):
    made = record(api, note="one")
    answer = api("PATCH", f"/expenses/{made['id']}", version=1, json={"payee": "Kin Soy"})
    changed = answer.json()
    assert (answer.status_code, answer.headers["ETag"]) == (200, '"2"')
    assert changed == made | {"payee": "Kin Soy", "version": 2, "updated_at": changed["updated_at"]}


def test_a_change_that_changes_nothing_makes_no_version_and_no_event(api):
    made = record(api)
    api.events()
    answer = api("PATCH", f"/expenses/{made['id']}", version=1, json={"payee": "Blue Bottle"})
    assert (answer.status_code, answer.json()) == (200, made)
    assert api.events() == []


def test_another_day_converts_again_and_another_note_does_not(api):
    given = {"amount": "80.00", "currency": "EUR"}
    made = record(api, amount={"amount": "100.00", "currency": "USD"}, spent_on="2014-03-28", home_amount=given)
    noted = (api("PATCH", f"/expenses/{made['id']}", version=1, json={"note": "x"})).json()
    assert noted["home_amount"] == given
    moved = (api("PATCH", f"/expenses/{made['id']}", version=2, json={"spent_on": "2014-03-27"})).json()
    assert moved["home_amount"] == {"amount": "72.68", "currency": "EUR"}


def test_a_stale_version_changes_nothing(api):
    made = record(api)
    path = f"/expenses/{made['id']}"
    api("PATCH", path, version=1, json={"note": "x"})
    assert (api("PATCH", path, version=1, json={"note": "y"})).status_code == 412
    assert (api("DELETE", path, version=1)).status_code == 412
    assert (api("DELETE", path)).status_code == 428
    assert (api("GET", path)).json()["note"] == "x"


def test_a_removed_expense_is_gone(api):
    path = f"/expenses/{(record(api))['id']}"
    assert (api("DELETE", path, version=1)).status_code == 204
    assert (api("GET", path)).status_code == 404
    assert (api("DELETE", path, version=1)).status_code == 404
    assert (api("GET", "/summary?by=payee")).json()["items"] == []


def test_an_event_of_each_step_has_its_version(api):
    made = record(api)
    api("PATCH", f"/expenses/{made['id']}", version=1, json={"kind": "income", "payee": 'A "quoted" Ünïcode'})
    api("DELETE", f"/expenses/{made['id']}", version=2)
    recorded, changed, removed = api.events()
    assert [event.type for event in (recorded, changed, removed)] == ["expense.recorded", "expense.changed", "expense.removed"]
    assert [event.data["changes"][0]["version"] for event in (recorded, changed, removed)] == [1, 2, 3]
    (change,) = changed.data["changes"]
    assert change["before"] == recorded.data["changes"][0]["after"]
    assert change["after"] == removed.data["changes"][0]["before"]
    assert change["after"]["payee"] == 'A "quoted" Ünïcode'
    assert recorded.data["changes"][0]["before"] is removed.data["changes"][0]["after"] is None
    assert {event.data["import_id"] for event in (recorded, changed, removed)} == {None}


def test_strangers_find_nothing(api):
    path = f"/expenses/{(record(api))['id']}"
    otto = api.as_(a_caller(OTTO))
    assert (otto("GET", path)).status_code == 404
    assert (otto("PATCH", path, version=1, json={"note": "x"})).status_code == 404
    assert (otto("DELETE", path, version=1)).status_code == 404
    assert list_all(otto) == []


def test_a_reading_token_may_not_write(api):
    answer = api.as_(a_caller(scopes="read"))("POST", "/expenses", json=COFFEE)
    assert answer.status_code == 403


@pytest.fixture
def filled(api):
    food = (api("POST", "/categories", json={"name": "Food"})).json()["id"]
    record(api, spent_on="2026-11-01", payee="Kin Soy", amount={"amount": "10", "currency": "EUR"}, category_id=food)
    record(api, spent_on="2026-11-02", payee="Café", note="50% off_now", amount={"amount": "30", "currency": "EUR"})
    record(api, spent_on="2026-11-03", payee="BayBook", kind="income", amount={"amount": "20", "currency": "EUR"})
    return food


@pytest.mark.parametrize(
    ("query", "days"),
    [
        ("", [3, 2, 1]),
        ("sort=spent_on", [1, 2, 3]),
        ("sort=amount", [1, 3, 2]),
        ("sort=-amount", [2, 3, 1]),
        ("from=2026-11-02", [3, 2]),
        ("to=2026-11-02", [2, 1]),
        ("category=none", [3, 2]),
        ("category={food}", [1]),
        ("payee=Kin Soy", [1]),
        ("text=CAF\u00c9", [2]),
        ("text=50%25 off", [2]),
        ("text=off_n", [2]),
        ("text=%25", [2]),
        ("text=5_", []),
        ("min=20", [3, 2]),
        ("max=20.00", [3, 1]),
        ("kind=income", [3]),
        ("min=10&max=29&sort=amount", [1, 3]),
    ],
)
def test_lists_are_filtered_and_sorted(api, filled, query, days):
    items = list_all(api, "?" + query.format(food=filled))
    assert [int(item["spent_on"][-2:]) for item in items] == days


@pytest.mark.parametrize(
    ("query", "status"),
    [("from=2026-13-01", 400), ("limit=0", 400), ("limit=201", 400), ("sort=payee", 400), ("cursor=abc", 400), ("min=1.001", 422)],
)
def test_filters_that_cannot_be_are_refused(api, query, status):
    assert (api("GET", f"/expenses?{query}")).status_code == status


@pytest.mark.parametrize("sort", ["-spent_on", "spent_on", "-amount", "amount"])
def test_pages_hold_every_expense_once(api, sort):
    for number in range(13):
        amount = {"amount": str(1 + number % 3), "currency": "EUR"}
        record(api, spent_on=f"2026-11-{1 + number % 4:02}", amount=amount, note=str(number))
    whole = [item["id"] for item in list_all(api, f"?sort={sort}")]
    found, cursor = [], ""
    while cursor is not None:
        page = (api("GET", f"/expenses?sort={sort}&limit=5{cursor and '&cursor=' + cursor}")).json()
        found += [item["id"] for item in page["items"]]
        cursor = page["next_cursor"]
    assert found == whole
    assert len(set(found)) == 13


def test_a_cursor_fits_its_own_list_alone(api):
    for _ in range(2):
        record(api)
    cursor = (api("GET", "/expenses?limit=1")).json()["next_cursor"]
    assert (api("GET", f"/expenses?limit=1&sort=amount&cursor={cursor}")).status_code == 400


def test_sums_may_be_larger_than_any_amount(api):
    for _ in range(2):
        record(api, amount={"amount": "999999999999.99", "currency": "EUR"})
    assert api("GET", "/summary?by=payee").json()["spent"]["amount"] == "1999999999999.98"


def test_an_amount_that_becomes_too_large_at_home_is_refused(api):
    yen = api.as_(a_caller(OTTO, currency="JPY"))
    answer = yen("POST", "/expenses", json=COFFEE | {"amount": {"amount": "999999999999.99", "currency": "EUR"}})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "/amount/amount"
