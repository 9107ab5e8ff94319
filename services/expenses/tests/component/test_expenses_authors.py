"""Somebody writes in a book that is not their own: rows and events say whose book it is, and who wrote."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from support.expenses_api import Api
from testing.fakes.callers import MARIA, OTTO, a_caller

COFFEE = {"amount": {"amount": "3.50", "currency": "EUR"}, "spent_on": "2026-11-20"}
STATEMENT = "date,amount,category\n2026-01-01,1.00,Food\n2026-01-02,1.00,Fun\n"


@pytest.fixture
def otto(api: Api) -> Api:
    """Otto works in Maria's book."""
    return api.as_(a_caller(OTTO, book=MARIA))


def authors(folder: Path, table: str) -> list[str | None]:
    with closing(sqlite3.connect(folder / "expenses.db")) as connection:
        return [author for (author,) in connection.execute(f"SELECT author FROM {table} ORDER BY rowid")]


def test_people_share_a_book_and_each_row_names_its_author(api: Api, otto: Api, tmp_path: Path) -> None:
    api("POST", "/expenses", json=COFFEE)
    otto("POST", "/expenses", json=COFFEE)
    assert [len(each("GET", "/expenses").json()["items"]) for each in (api, otto)] == [2, 2]
    assert authors(tmp_path, "expense") == [None, OTTO]
    assert len(api.as_(a_caller(OTTO))("GET", "/expenses").json()["items"]) == 0


def test_events_say_whose_data_it_is_and_who_acted(otto: Api) -> None:
    otto("POST", "/categories", json={"name": "Food"})
    otto("POST", "/expenses", json=COFFEE)
    otto.upload(STATEMENT)
    events = otto.events()
    assert {event.type for event in events} == {"category.changed", "expense.recorded", "import.completed"}
    assert {(event.book_id, event.data["user_id"]) for event in events} == {(MARIA, OTTO)}


def test_an_import_its_rows_and_its_categories_name_their_author(otto: Api, tmp_path: Path) -> None:
    otto.upload(STATEMENT)
    for table in ("import_run", "expense", "category"):
        assert set(authors(tmp_path, table)) == {OTTO}, table


def test_the_author_stays_when_another_person_changes_or_restores(api: Api, otto: Api, tmp_path: Path) -> None:
    expense = otto("POST", "/expenses", json=COFFEE).json()
    path = f"/expenses/{expense['id']}"
    assert api("PATCH", path, version=1, json={"note": "with Otto"}).status_code == 200
    assert api("DELETE", path, version=2).status_code == 204
    assert authors(tmp_path, "trashed_expense") == [OTTO]
    assert api("POST", f"{path}/restore").status_code == 200
    assert authors(tmp_path, "expense") == [OTTO]
    assert [event.data["user_id"] for event in api.events()] == [OTTO, MARIA, MARIA, MARIA]


def test_undoing_an_import_is_told_of_whoever_undid_it(api: Api, otto: Api) -> None:
    done = api.upload(STATEMENT).json()
    api.events()
    assert otto("DELETE", f"/imports/{done['id']}").status_code == 204
    assert {(event.type, event.data["user_id"]) for event in api.events()} == {("expense.removed", OTTO), ("import.undone", OTTO)}
