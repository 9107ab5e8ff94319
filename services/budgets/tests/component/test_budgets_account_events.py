"""People sign up, move to another time zone and delete their account."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from support.budgets_world import World, a_change, an_expense, usd


def test_the_current_period_follows_the_owner_to_another_time_zone(world: World) -> None:
    world.at("2015-02-01T03:00:00Z")  # January in New York, February in Tokyo
    world.create(starts_on="2015-01-01")
    world.published()
    world.spend("1.00", "2015-02-01")
    assert world.published("budget.changed") == []
    world.user("user.changed", time_zone="Asia/Tokyo", version=3)
    world.user("user.changed", time_zone="America/New_York", version=2)
    world.spend("1.00", "2015-02-01")
    [changed] = world.published("budget.changed")
    assert changed.data["budget"]["current"]["from"] == "2015-02-01"


def test_a_deleted_account_leaves_no_rows_and_none_come_back(world: World, tmp_path: Path) -> None:
    world.user("user.registered")
    world.create()
    world.call("POST", "budgets", json={"name": "Key", "amount": usd("1.00")}, headers={"Idempotency-Key": "k"})
    event = world.post(a_change(an_expense("300.00")))
    world.user("user.deleted")
    world.user("user.changed", version=9)
    world.post(a_change(an_expense("300.00")))
    world.deliver(event)
    assert world.call("GET", "budgets").json()["items"] == []
    assert world.call("POST", "budgets", json={"name": "Back", "amount": usd("1.00")}).status_code == 403
    with closing(sqlite3.connect(tmp_path / "budgets.db")) as connection:
        for table in ("person", "ledger_entry", "spend_day", "budget", "crossing", "replay"):
            assert connection.execute(f"SELECT COUNT(*) FROM {table}").fetchone() == (0,), table


def test_an_account_deleted_before_its_first_event_stays_deleted(world: World) -> None:
    world.user("user.deleted")
    world.user("user.registered")
    world.post(a_change(an_expense("300.00")))
    assert world.call("POST", "budgets", json={"name": "Back", "amount": usd("1.00")}).status_code == 403
