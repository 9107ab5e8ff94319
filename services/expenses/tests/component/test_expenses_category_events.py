"""Events of categories: when they change, and once for those that older code made."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

from expenses.categories.worker import CategoryWorker
from support.expenses_api import Api
from testing.fakes.callers import OTTO, a_caller


def told(api: Api, kind: str = "category.changed") -> list[dict[str, Any]]:
    return [dict(event.data) for event in api.events() if event.type == kind]


def make(api: Api, name: str) -> dict[str, Any]:
    answer = api("POST", "/categories", json={"name": name})
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


def catch_up(api: Api) -> None:
    """Let the worker have its turn."""
    [worker] = [worker for worker in api.service.workers if isinstance(worker, CategoryWorker)]
    worker.run_once()


def test_a_new_and_a_renamed_category_are_published(api: Api) -> None:
    food = make(api, "Food")
    api("PATCH", f"/categories/{food['id']}", version=1, json={"name": "Meals", "colour": "#123456"})
    api("PATCH", f"/categories/{food['id']}", version=2, json={"name": "Meals"})
    assert [event["categories"] for event in told(api)] == [
        [{"category_id": food["id"], "version": 1, "name": "Food", "colour": food["colour"], "parent": None}],
        [{"category_id": food["id"], "version": 2, "name": "Meals", "colour": "#123456", "parent": None}],
    ]


def test_categories_that_an_import_creates_are_published(api: Api) -> None:
    api.upload("date,amount,category\n2026-01-01,1.00,Food\n2026-01-02,1.00,Fun\n")
    assert [entry["name"] for event in told(api) for entry in event["categories"]] == ["Food", "Fun"]


def test_a_deleted_category_is_published_even_without_expenses(api: Api) -> None:
    food = make(api, "Food")
    assert api("DELETE", f"/categories/{food['id']}", version=1).status_code == 204
    (gone,) = told(api, "category.removed")
    assert (gone["category_id"], gone["version"], gone["moved_to"]) == (food["id"], 2, None)
    assert (gone["name"], gone["colour"], gone["parent"]) == ("Food", food["colour"], None)


def test_a_new_person_is_published_to_have_no_category(api: Api) -> None:
    person = {"email": "v1.k.x", "email_verified": True, "name": "Maria", "time_zone": "UTC", "locale": "en"}
    api.tell("user.registered", home_currency="EUR", version=1, **person)
    assert told(api) == [{"book_id": api.caller.user_id, "user_id": api.caller.user_id, "categories": [], "complete": True}]
    catch_up(api)
    assert told(api) == []


def test_categories_of_an_earlier_version_are_published_once(api: Api, tmp_path: Path) -> None:
    make(api, "Food")
    make(api.as_(a_caller(OTTO)), "Home")
    api.events()
    with sqlite3.connect(tmp_path / "expenses.db") as store:
        store.execute("UPDATE category SET announced = 0")
    store.close()
    catch_up(api)
    assert sorted((event["categories"][0]["name"], event["complete"]) for event in told(api)) == [("Food", True), ("Home", True)]
    catch_up(api)
    assert told(api) == []


def test_a_category_of_older_code_during_an_upgrade_is_published(api: Api, tmp_path: Path) -> None:
    food = make(api, "Food")
    catch_up(api)
    api.events()
    with sqlite3.connect(tmp_path / "expenses.db") as store:
        store.execute(
            "INSERT INTO category (id, owner, name, name_key, colour, version) SELECT 'older', owner, 'Old', 'old', colour, 1 FROM category"
        )
    store.close()
    catch_up(api)
    (event,) = [event.data for event in api.service.outbox.claim(10)]
    assert "older" in str(event)
    assert food["id"] in str(event)
