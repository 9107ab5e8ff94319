"""An archive of the version before books (commit 228b947) can be imported, and people find everything as it was.

`archives/before-books.outlay.gz` was written by `outlay export --all` of that commit, `before-books.json` is what its API had
shown before: a statement with three rows and an unreadable one, expenses in two currencies, an income, a deleted expense, two
budgets of which one is exceeded, and the two alerts that followed.
"""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from chassis.runtime.settings import read_settings
from outlay.settings import HomeSettings
from outlay.transfer.command import import_command
from testing.clients.client import PASSWORD
from testing.servers.process import OutlayProcess
from testing.waiting import eventually

if TYPE_CHECKING:
    from collections.abc import Iterator

ARCHIVES = Path(__file__).parent / "archives"
SEEN: dict[str, Any] = json.loads((ARCHIVES / "before-books.json").read_text("utf-8"))
DATA_KEY = "0123456789abcdef" * 4
LUNCH = {"amount": {"amount": "3.50", "currency": "EUR"}, "spent_on": "2026-11-22", "payee": "Kiosk"}


@pytest.fixture(scope="module")
def maria(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """Maria, who signs in where her archive was imported."""
    folder = tmp_path_factory.mktemp("old-archive")
    archive, environ = folder / "old.outlay", {"OUTLAY_DATA": str(folder / "data"), "OUTLAY_DATA_KEY": DATA_KEY}
    archive.write_bytes(gzip.decompress((ARCHIVES / "before-books.outlay.gz").read_bytes()))
    said: list[str] = []
    import_command(read_settings(HomeSettings, environ), environ, archive, say=said.append)
    assert "is identical" in said[-1]
    with (
        OutlayProcess(folder / "data", OUTLAY_DATA_KEY=DATA_KEY) as process,
        httpx.Client(base_url=f"{process.url}/api/v1/", headers={"Sec-Fetch-Site": "same-origin"}, timeout=60) as client,
    ):
        answer = client.post("session", json={"email": "maria@example.org", "password": PASSWORD})
        assert answer.status_code == 201, answer.text
        yield client


def read(client: httpx.Client, path: str) -> Any:
    answer = client.get(path)
    assert answer.status_code == 200, answer.text
    return _without_cursors(answer.json())


def _without_cursors(body: Any) -> Any:
    if isinstance(body, dict):
        return {name: _without_cursors(value) for name, value in body.items() if name != "next_cursor"}
    return [_without_cursors(value) for value in body] if isinstance(body, list) else body


@pytest.mark.parametrize("path", [path for path in SEEN if not path.startswith("budgets")])
def test_expenses_categories_alerts_and_the_rest_are_intact(maria: httpx.Client, path: str) -> None:
    assert read(maria, path) == SEEN[path]


def test_budgets_and_their_periods_are_intact(maria: httpx.Client) -> None:
    budgets = read(maria, "budgets")["items"]
    assert [{name: value for name, value in budget.items() if name != "current"} for budget in budgets] == SEEN["budgets"]["items"]
    for path, seen in SEEN.items():
        if path.endswith("/periods"):
            assert [period for period in read(maria, path)["items"] if period["from"] == "2026-11-01"] == seen["items"]


def test_life_goes_on_in_the_persons_own_book(maria: httpx.Client) -> None:
    lunch = maria.post("expenses", json=LUNCH, headers={"Idempotency-Key": "lunch"})
    assert lunch.json()["id"] in {expense["id"] for expense in SEEN["expenses?limit=200"]["items"]}
    [exceeded] = [budget for budget in SEEN["budgets"]["items"] if budget["name"] == "Food"]
    more = maria.post("expenses", json={**LUNCH, "category_id": exceeded["category_ids"][0]})
    assert more.status_code == 201, more.text

    def spent() -> str:
        periods = read(maria, f"budgets/{exceeded['id']}/periods")["items"]
        return next(str(period["spent"]["amount"]) for period in periods if period["from"] == "2026-11-01")

    eventually(lambda: spent() == "75.50")
