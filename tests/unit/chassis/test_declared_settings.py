"""Settings are listed as they are declared, for people and programs, on a page that is always up to date."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from chassis.process.declared_settings import problems_of
from expenses.settings import ExpensesSettings
from outlay.settings_catalogue import as_json, by_process, written_into

PAGE = Path(__file__).parents[3] / "docs" / "operate" / "settings.md"


def entry(process: str, name: str) -> dict[str, Any]:
    (found,) = [entry for entry in by_process()[process] if entry["name"] == name]
    return found


def test_the_page_says_what_the_classes_declare() -> None:
    page = PAGE.read_text("utf-8")
    assert written_into(page) == page, "run `make settings`"
    for entries in by_process().values():
        for one in entries:
            assert f"| `{one['name']}`" in page


def test_every_secret_is_marked_and_has_a_file() -> None:
    for entries in by_process().values():
        for one in entries:
            looks_secret = any(
                word in one["name"] for word in ("PASSWORD", "SECRET", "APIKEY", "API_KEY", "DATA_KEY", "ACCESS_KEY")
            )
            assert one["secret"] or not looks_secret, one["name"]
            assert one["file"] == f"{one['name']}_FILE"


def test_a_setting_is_listed_with_its_default_and_binding() -> None:
    assert entry("expenses", "EXPENSES_DB")["required"]
    assert entry("expenses", "EXPENSES_DB")["binding"] == {"kind": "sql", "services": "Db2 or MySQL", "part": "address"}
    assert not entry("home", "EXPENSES_DB")["required"]
    assert entry("auth", "AUTH_COOKIE_SECURE")["default"] == "true"
    assert entry("notifier", "SENDGRID_SANDBOX")["default"] == "no"
    assert json.loads(as_json())["gateway"]


def test_a_problem_found_by_two_classes_is_reported_once() -> None:
    problems = problems_of([ExpensesSettings, ExpensesSettings], {"OUTLAY_ENV": "somewhere", "RECEIPTS": "file:receipts"})
    assert len(problems) == len(set(problems)) == 2
