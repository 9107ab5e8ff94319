"""`outlay events`: dead letters are listed with their reason, replayed or purged."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from testing.clients.client import Person
from testing.servers.process import OutlayProcess
from testing.waiting import eventually


def outlay_events(data: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environ = {**os.environ, "OUTLAY_DATA": str(data), "PYTHONWARNINGS": "ignore"}
    command = [sys.executable, "-m", "outlay", "events", *arguments]
    return subprocess.run(command, check=False, capture_output=True, text=True, env=environ)


@pytest.fixture
def poisoned(tmp_path: Path):
    """A running Outlay with an expense whose event was damaged on its way to budgets."""
    with OutlayProcess(tmp_path / "data") as process:
        person = Person(process.url).verify(process)
        budget = person.budget("10.00")
        bus = sqlite3.connect(process.data / "bus.db")
        # Every message that arrives from now on is broken as it comes in.
        bus.execute(
            "CREATE TRIGGER breaks AFTER INSERT ON message WHEN new.queue = 'budgets.spending' "
            "BEGIN UPDATE message SET body = '{' || body WHERE id = new.id; END"
        )
        person.spend("12.00", payee="Lost and Found")
        yield process, person, budget, bus
        bus.close()


def test_a_dead_letter_shows_its_reason_and_can_be_replayed(poisoned) -> None:
    process, person, budget, bus = poisoned
    line = eventually(lambda: outlay_events(process.data, "dead").stdout)
    assert "budgets.spending" in line
    assert "expense.recorded" in line
    assert "JSONDecodeError" in line
    letter = json.loads(outlay_events(process.data, "dead", "--json").stdout)
    assert "Lost and Found" in letter["body"]
    assert person.read(f"budgets/{budget['id']}")["current"]["spent"]["amount"] == "0.00"

    bus.execute("DROP TRIGGER breaks")
    bus.execute("UPDATE message SET body = substr(body, 2)")
    bus.commit()
    assert outlay_events(process.data, "replay", letter["id"]).stdout.startswith("1 put back")
    eventually(lambda: person.read(f"budgets/{budget['id']}")["current"]["state"] == "exceeded")
    eventually(lambda: process.mails("budget_exceeded"))
    assert outlay_events(process.data, "dead").stdout == ""


def test_dead_letters_can_be_purged(poisoned) -> None:
    process, *_ = poisoned
    eventually(lambda: outlay_events(process.data, "dead").stdout)
    assert outlay_events(process.data, "purge").stdout.startswith("1 deleted")
    assert outlay_events(process.data, "dead").stdout == ""


def test_a_folder_without_events_is_reported_as_such(tmp_path: Path) -> None:
    done = outlay_events(tmp_path / "nothing", "dead")
    assert (done.returncode, done.stdout) == (1, "")
    assert "OUTLAY_DATA" in done.stderr
