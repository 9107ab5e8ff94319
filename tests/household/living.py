"""Lives through the household's years against a running Outlay, and compares with what was computed elsewhere."""

from __future__ import annotations

import csv
import email
import email.policy
import json
import random
import threading
import time
from collections import Counter
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx

from support.client import Person, eventually

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from support.process import OutlayProcess

_FOLDER = Path(str(files("outlay") / "household"))


@dataclass(frozen=True)
class Exceedance:
    """A month in which a budget was exceeded."""

    category: str
    month: str
    tipped_on: str
    spent_then: str
    payee: str
    amount: str


def rows() -> list[dict[str, str]]:
    """Return the household's expenses in the order of the file."""
    with (_FOLDER / "household.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def the_file() -> bytes:
    """Return the file as it is."""
    return (_FOLDER / "household.csv").read_bytes()


def budgets() -> list[dict[str, str]]:
    """Return its budgets."""
    return list(json.loads((_FOLDER / "budgets.json").read_text("utf-8")))


def expected() -> set[Exceedance]:
    """Return the months that were exceeded, with the row that tipped each."""
    spent = rows()
    return {
        Exceedance(
            entry["category"], entry["month"], entry["tipped_on"], entry["spent_then"],
            spent[entry["tipped_by_row"] - 1]["Payee"], spent[entry["tipped_by_row"] - 1]["Amount"],
        )
        for entry in json.loads((_FOLDER / "expected-exceeded.json").read_text("utf-8"))
    }  # fmt: skip


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


def move_clock(path: Path, day: str) -> None:
    """Set the clock in a file to noon of a day, in one step."""
    fresh = path.with_suffix(".new")
    fresh.write_text(f"{day}T12:00:00Z")
    fresh.rename(path)


def history(person: Person, made: dict[str, str]) -> set[Exceedance]:
    """Return the months that the budgets' histories call exceeded."""
    found = set()
    for budget_id, category in made.items():
        for period in pages(person, f"budgets/{budget_id}/periods"):
            if period["state"] == "exceeded":
                tip = period["tipped_by"]
                found.add(
                    Exceedance(
                        category,
                        period["from"][:7],
                        tip["spent_on"],
                        tip["spent_then"]["amount"],
                        tip["payee"],
                        tip["amount"]["amount"],
                    )
                )
    return found


def pages(person: Person, path: str, **params: Any) -> Iterator[dict[str, Any]]:
    """Read a list to its end."""
    cursor = None
    while True:
        page = person.read(path, **params, limit=200, **({"cursor": cursor} if cursor else {}))
        yield from page["items"]
        cursor = page["next_cursor"]
        if cursor is None:
            return


def settled(process: OutlayProcess) -> bool:
    """Say whether no event waits anywhere."""
    page = httpx.get(f"{process.url}/metrics").text
    waiting = [line for line in page.splitlines() if line.startswith(("outlay_outbox_oldest_seconds{", "outlay_queue_depth{"))]
    assert waiting
    return all(line.endswith(" 0.0") for line in waiting)


def enter_row_by_row(person: Person, clock: Path, process: OutlayProcess, *, patience: float = 0) -> None:
    """Post each row with the clock at its day; a request that got no answer is repeated under the same key."""
    categories = {entry["name"]: entry["id"] for entry in person.read("categories")["items"]}
    for number, row in enumerate(rows(), 1):
        move_clock(clock, row["Date"])
        name = row["Category"]
        if name not in categories:
            categories[name] = insistently(lambda name=name: create_category(person, name), patience)
        body = {
            "amount": {"amount": row["Amount"], "currency": row["Currency"]}, "spent_on": row["Date"], "payee": row["Payee"],
            "description": row["Description"], "category_id": categories[name],
        }  # fmt: skip
        insistently(lambda body=body, number=number: record(person, body, number), patience)


def create_category(person: Person, name: str) -> str:
    """Create a category, under a key of its own."""
    answer = person.post("categories", json={"name": name}, headers={"Idempotency-Key": f"category-{abs(hash(name))}"})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def record(person: Person, body: dict[str, Any], number: int) -> None:
    """Record one expense."""
    answer = person.post("expenses", json=body, headers={"Idempotency-Key": f"row-{number}"})
    assert answer.status_code == 201, answer.text


def insistently(action: Callable[[], Any], patience: float) -> Any:
    """Do it again until it is answered, for some seconds."""
    deadline = time.monotonic() + patience
    while True:
        try:
            return action()
        except httpx.TransportError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)


class Killer(threading.Thread):
    """Kills the process at random moments and starts it again."""

    def __init__(self, process: OutlayProcess, *, times: int, within: float, seed: int) -> None:
        """Kill `times` times, at moments of `within` seconds of running time."""
        super().__init__(daemon=True)
        chance = random.Random(seed)
        self._process = process
        moments = sorted(chance.uniform(0.2, within) for _ in range(times))
        self._waits = [later - earlier for earlier, later in zip([0.0, *moments], moments, strict=False)]
        self.killed = 0

    def run(self) -> None:
        """Kill and start."""
        for wait in self._waits:
            time.sleep(wait)
            self._process.kill()
            self._process.start()
            self.killed += 1


def mailed(process: OutlayProcess) -> Counter[str]:
    """Count the mails by kind."""
    return Counter(
        str(email.message_from_bytes(path.read_bytes(), policy=email.policy.default)["X-Outlay-Kind"]) for path in process.mails()
    )


def wait_until_settled(process: OutlayProcess, *, mails: int, seconds: float = 60) -> None:
    """Wait until all events are handled and all mails are out."""
    eventually(lambda: settled(process) and mailed(process)["budget_exceeded"] >= mails, seconds=seconds)
    time.sleep(0.5)
