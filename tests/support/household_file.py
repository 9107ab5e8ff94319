"""The household's file and budgets, and when a process has nothing left to do."""

from __future__ import annotations

import csv
import json
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

import httpx

from testing.clients.client import Person

if TYPE_CHECKING:
    from testing.servers.process import OutlayProcess


FOLDER = Path(str(files("outlay") / "household"))
TO_THE_END = "9999-12"
"""A month after all that the household wrote down."""


def rows(until: str = TO_THE_END) -> list[dict[str, str]]:
    """Return the household's expenses in the order of the file, to the end of a month."""
    with (FOLDER / "household.csv").open(newline="", encoding="utf-8") as file:
        return [row for row in csv.DictReader(file) if row["Date"][:7] <= until]


def household_file() -> bytes:
    """Return the file as it is."""
    return (FOLDER / "household.csv").read_bytes()


def budgets() -> list[dict[str, str]]:
    """Return its budgets."""
    return list(json.loads((FOLDER / "budgets.json").read_text("utf-8")))


def set_budgets(person: Person) -> dict[str, str]:
    """Make the categories that budgets need, and the budgets; return budget id to category."""
    known = {entry["name"]: entry["id"] for entry in person.read("categories")["items"]}
    made = {}
    for budget in budgets():
        name = budget["category"]
        category = known.get(name) or person.made("categories", name=name)["id"]
        answer = person.budget(
            budget["amount"], currency="USD", name=name, category_ids=[category], period="monthly", starts_on="2015-01-01"
        )
        made[answer["id"]] = name
    return made


def settled(process: OutlayProcess) -> bool:
    """Return whether no event waits anywhere, according to the metrics."""
    page = httpx.get(f"{process.management}/metrics", timeout=60).raise_for_status().text
    meters = ("outlay_outbox_oldest_seconds{", "outlay_queue_depth{", "outlay_measurements_failing")
    figures = [line for line in page.splitlines() if line.startswith(meters)]
    assert len(figures) > 1
    return all(line.endswith(" 0.0") for line in figures)
