"""Importing files, importing them again, and undoing it."""

from __future__ import annotations

import csv
import io
from importlib.resources import files
from pathlib import Path

import pytest

from testing.fakes.callers import OTTO, a_caller

HOUSEHOLD = Path(str(files("outlay") / "household" / "household.csv"))


def counts(answer):
    assert answer.status_code == 201, answer.text
    return {name: answer.json()[name] for name in ("rows", "imported", "duplicates", "failed")}


@pytest.fixture
def dollars(api):
    return api.as_(a_caller(currency="USD"))


def test_a_household_of_three_years_goes_in_whole(dollars):
    answer = dollars.upload(HOUSEHOLD.read_bytes())
    assert counts(answer) == {"rows": 990, "imported": 990, "duplicates": 0, "failed": 0}
    assert (answer.json()["from"], answer.json()["to"], answer.json()["categories_created"]) == ("2015-01-01", "2017-09-08", 15)
    expected = sum(round(float(row["Amount"]) * 100) for row in csv.DictReader(io.StringIO(HOUSEHOLD.read_text("utf-8"))))
    summary = dollars("GET", "/summary?by=category").json()
    assert round(float(summary["spent"]["amount"]) * 100) == expected
    assert sum(item["count"] for item in summary["items"]) == 990
    recorded = [event for event in dollars.events() if event.type == "expense.recorded"]
    assert [len(event.data["changes"]) for event in recorded] == [500, 490]
    assert {event.data["import_id"] for event in recorded} == {answer.json()["id"]}


def test_the_last_event_says_that_the_import_is_complete(dollars):
    answer = dollars.upload(HOUSEHOLD.read_bytes())
    completed = dollars.events()[-1]
    assert completed.type == "import.completed"
    assert completed.data["import_id"] == answer.json()["id"]
    assert completed.data["imported"] == 990


def test_the_same_file_twice_adds_nothing(dollars):
    dollars.upload(HOUSEHOLD.read_bytes())
    assert counts(dollars.upload(HOUSEHOLD.read_bytes())) == {"rows": 990, "imported": 0, "duplicates": 990, "failed": 0}


def test_two_equal_coffees_stay_two_and_a_third_is_new(api):
    coffee = "2024-01-31,Kin Soy,3.00\n"
    assert counts(api.upload("date,payee,amount\n" + coffee * 2))["imported"] == 2
    again = counts(api.upload("date,payee,amount\n" + coffee * 3))
    assert (again["imported"], again["duplicates"]) == (1, 2)


def test_what_was_typed_or_belongs_to_others_is_no_duplicate(api):
    api("POST", "/expenses", json={"amount": {"amount": "3.00", "currency": "EUR"}, "spent_on": "2024-01-31"})
    content = "date,amount\n2024-01-31,3.00\n"
    assert counts(api.upload(content))["imported"] == 1
    assert counts(api.as_(a_caller(OTTO)).upload(content))["imported"] == 1


def test_bad_rows_are_listed_and_good_ones_go_in(api):
    rows = ["date,payee,amount,currency", "2024-01-31,a,1.00,EUR", "2024-02-30,b,1.00,EUR", "2024-01-31,c,x,EUR", ",,,"]
    rows += [
        "2024-01-31,d,0.00,EUR",
        "2024-01-31,e,1.00,XXX",
        "2024-01-31",
        "1995-01-01,f,1.00,USD",
        '2024-01-31,"g',
        'h",2.00,EUR',
    ]
    answer = api.upload("\n".join(rows))
    assert counts(answer) == {"rows": 8, "imported": 2, "duplicates": 0, "failed": 6}
    errors = {error["line"]: error["message"] for error in answer.json()["errors"]}
    assert list(errors) == [3, 4, 6, 7, 8, 9]
    assert "2024-02-30" in errors[3]
    assert "'x' is not an amount" in errors[4]
    assert "zero" in errors[6]
    assert "XXX" in errors[7]
    assert "columns" in errors[8]
    assert "There is no exchange rate for USD on 1995-01-01." in errors[9]


def test_the_first_hundred_errors_are_kept_and_all_are_counted(api):
    answer = api.upload("date,amount\n2024-01-01,1.00\n" + "2024-01-01,x\n" * 150, mapping={"decimal": "."})
    assert answer.json()["failed"] == 150
    assert len(answer.json()["errors"]) == 100


def test_categories_are_found_by_name_or_made(api):
    food = api("POST", "/categories", json={"name": "Food"}).json()["id"]
    answer = api.upload(
        "date,amount,category\n2024-01-31,1.00, FOOD\n2024-01-31,2.00,Home\n2024-01-31,3.00,home\n2024-01-31,4.00,\n"
    )
    assert answer.json()["categories_created"] == 1
    used = [item["category_id"] for item in api("GET", "/expenses?sort=amount").json()["items"]]
    assert used[0] == food
    assert used[1] == used[2]
    assert used[3] is None


def test_a_file_that_cannot_be_read_changes_nothing(api):
    answer = api.upload('date,amount,category\n2024-01-31,1.00,Food\n2024-02-01,"2.00\n2024-02-02,3.00\n')
    assert answer.status_code == 422
    assert answer.json()["type"] == "/problems/unreadable-file"
    assert "line 3" in answer.json()["detail"]
    for path, name in (("/expenses", "items"), ("/categories", "items"), ("/imports", "items")):
        assert api("GET", path).json()[name] == []
    assert api.events() == []


@pytest.mark.parametrize("more", [{}, {"data": {"mapping": "{}"}}, {"json": {"file": "x"}}])
def test_an_upload_without_a_file_is_refused(api, more):
    assert api("POST", "/imports", **more).status_code in {400, 415}


def test_the_same_key_imports_once(api):
    content = "date,amount\n2024-01-31,1.00\n"
    first, again = (api.upload(content, key="k1") for _ in range(2))
    assert (again.status_code, again.json()) == (201, first.json())
    assert api.upload(content + "2024-02-01,1.00\n", key="k1").status_code == 422
    assert len(api("GET", "/imports").json()["items"]) == 1


def test_an_import_is_undone_whole_and_once(api):
    api("POST", "/expenses", json={"amount": {"amount": "9.00", "currency": "EUR"}, "spent_on": "2024-01-31"})
    done = api.upload("date,amount,category\n" + "2024-01-31,1.00,Food\n" * 600).json()
    edited = api("GET", f"/expenses?import={done['id']}&limit=1").json()["items"][0]
    api("PATCH", f"/expenses/{edited['id']}", version=1, json={"payee": "edited"})
    api.events()
    assert api("DELETE", f"/imports/{done['id']}").status_code == 204
    *removed, undone = api.events()
    assert (undone.type, undone.data["import_id"]) == ("import.undone", done["id"])
    assert [len(event.data["changes"]) for event in removed] == [500, 100]
    assert {change["version"] for event in removed for change in event.data["changes"]} == {2, 3}
    assert api("GET", "/summary?by=category").json()["spent"]["amount"] == "9.00"
    assert api("GET", f"/imports/{done['id']}").json()["undone_at"] is not None
    assert api("DELETE", f"/imports/{done['id']}").status_code == 204
    assert api.events() == []
    assert counts(api.upload("date,amount\n2024-01-31,1.00\n"))["imported"] == 1


def test_imports_are_listed_newest_first_for_their_owner_alone(api):
    ids = [api.upload(f"date,amount\n2024-01-31,{number}.00\n").json()["id"] for number in (1, 2, 3)]
    first = api("GET", "/imports?limit=2").json()
    rest = api("GET", f"/imports?limit=2&cursor={first['next_cursor']}").json()
    assert [item["id"] for item in first["items"] + rest["items"]] == ids[::-1]
    otto = api.as_(a_caller(OTTO))
    assert otto("GET", "/imports").json()["items"] == []
    assert otto("GET", f"/imports/{ids[0]}").status_code == 404
    assert otto("DELETE", f"/imports/{ids[0]}").status_code == 404


def test_an_export_imports_again_without_a_change(api):
    api.upload(HOUSEHOLD.read_bytes())
    odd = {"payee": "=cmd|' /C calc'!A0", "description": 'a "b", c\nd', "note": "@x", "tags": ["a,b", "c"], "kind": "income"}
    api("POST", "/expenses", json={"amount": {"amount": "1200", "currency": "JPY"}, "spent_on": "2024-01-31", **odd})
    exported = api("GET", "/exports/expenses.csv")
    assert exported.headers["Content-Type"].startswith("text/csv")
    assert "attachment" in exported.headers["Content-Disposition"]
    assert "\r\n2024-01-31,'=cmd" in exported.text
    otto = api.as_(a_caller(OTTO))
    assert counts(otto.upload(exported.content))["imported"] == 991
    assert otto("GET", "/exports/expenses.csv").content == exported.content


@pytest.mark.parametrize(
    ("name", "kept"), [("C:\\Users\\m\\bank.csv", "bank.csv"), ("../../x.csv", "x.csv"), ("a" * 300, "a" * 255)]
)
def test_a_file_is_known_by_its_own_name(api, name, kept):
    answer = api("POST", "/imports", files={"file": (name, b"date,amount\n2024-01-31,1.00\n")})
    assert answer.json()["filename"] == kept


def test_the_same_file_with_a_corrected_mapping_adds_nothing(api):
    content = "date,payee,description,amount\n2024-01-31,A,x,1.00\n2024-02-01,B,y,2.00\n2024-02-01,B,y,2.00\n"
    assert counts(api.upload(content))["imported"] == 3
    swapped = {"columns": {"payee": 2, "description": 1}, "sign": "spending-negative"}
    assert counts(api.upload(content, mapping=swapped)) == {"rows": 3, "imported": 0, "duplicates": 3, "failed": 0}


def test_lines_without_a_year_are_the_same_only_on_the_same_day(api):
    for year in ("24", "25"):
        assert counts(api.upload(f"date,payee,amount\n01.02.{year},Netflix,9.99\n"))["imported"] == 1
