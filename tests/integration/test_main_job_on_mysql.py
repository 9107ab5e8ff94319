"""The main job with everything but accounts in MySQL: exceed a budget, get one email with the reason."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from testing.clients.client import Person
from testing.servers.process import OutlayProcess
from testing.waiting import eventually

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from testing.servers.mariadb import MariaDb


@pytest.fixture
def outlay(mariadb: MariaDb, tmp_path: Path) -> Iterator[OutlayProcess]:
    stores = {f"{service.upper()}_DB": mariadb.fresh(f"main_{service}") for service in ("expenses", "budgets", "notifier")}
    with OutlayProcess(tmp_path / "data", **stores) as process:
        yield process


def test_the_expense_that_takes_a_budget_over_its_limit_sends_one_mail(outlay: OutlayProcess, mariadb: MariaDb) -> None:
    person = Person(outlay.url).verify(outlay)
    groceries = person.made("categories", name="Groceries")["id"]
    budget = person.budget("200.00", name="Groceries", category_ids=[groceries])
    person.spend("150.00", category_id=groceries, payee="Märkt 🍕")
    tipping = person.spend("61.30", category_id=groceries, payee="Corner Shop")
    person.spend("10.00", category_id=groceries, payee="Bakery")
    eventually(lambda: person.read(f"budgets/{budget['id']}")["current"]["spent"]["amount"] == "221.30")
    eventually(lambda: [kind for kind in kinds(person) if kind == "budget.exceeded"])
    eventually(lambda: [path for path in outlay.mails() if "exceeded" in path.read_text("utf-8")])
    time.sleep(0.5)  # for one too many
    assert kinds(person).count("budget.exceeded") == 1
    assert [entry["payee"] for entry in person.read("expenses", text="MÄRKT")["items"]] == ["Märkt 🍕"]
    person.change("expenses", tipping, amount={"amount": "1.30", "currency": "EUR"})
    eventually(lambda: alert(person)["withdrawn_at"])
    assert not list(outlay.data.glob("expenses.db")), "nothing is kept in the folder"


def kinds(person: Person) -> list[str]:
    return [entry["kind"] for entry in person.read("alerts")["items"]]


def alert(person: Person) -> dict[str, object]:
    return next(entry for entry in person.read("alerts")["items"] if entry["kind"] == "budget.exceeded")
