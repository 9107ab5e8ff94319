"""Replays the household's years against a running Outlay, and compares with figures computed elsewhere."""

from __future__ import annotations

import email
import email.policy
import json
import random
import threading
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx

from support.household_file import FOLDER, TO_THE_END, rows
from testing.clients.client import Person
from testing.waiting import eventually

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from household.installations import Installation
    from household.receipts import Drawer
    from testing.servers.process import OutlayProcess

NOT_NOW = (429, 502, 503, 504)
"""Answers after which the same is asked again."""
RECEIPT_EVERY = 20
"""One expense in so many has a receipt."""


class TryAgainError(Exception):
    """The answer was to try again later."""


@dataclass(frozen=True)
class Exceedance:
    """A month in which a budget was exceeded."""

    category: str
    month: str
    tipped_on: str
    spent_then: str
    payee: str
    amount: str


def expected(until: str = TO_THE_END) -> set[Exceedance]:
    """Return the exceeded months up to one, with the row that exceeded each."""
    spent = rows()
    return {
        Exceedance(
            entry["category"],
            entry["month"],
            entry["tipped_on"],
            entry["spent_then"],
            spent[entry["tipped_by_row"] - 1]["Payee"],
            spent[entry["tipped_by_row"] - 1]["Amount"],
        )
        for entry in json.loads((FOLDER / "expected-exceeded.json").read_text("utf-8"))
        if entry["month"] <= until
    }


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


@dataclass(frozen=True)
class Replay:
    """Records the household's expenses."""

    person: Person
    clock: Path
    installation: Installation
    drawer: Drawer
    patience: float = 0
    """For how many seconds a request is repeated that got no answer, or the one to come back later."""

    def write(self, until: str = TO_THE_END) -> None:
        """Record each expense on its day, with an idempotency key of its own, and some of them with a receipt."""
        categories = {entry["name"]: entry["id"] for entry in self.person.read("categories")["items"]}
        month = ""
        for number, row in enumerate(rows(until), 1):
            if self.installation.far and month not in ("", row["Date"][:7]):
                eventually(self.installation.settled, seconds=180)  # a month has time to be told before the next begins
            month = row["Date"][:7]
            move_clock(self.clock, row["Date"])
            name = row["Category"]
            if name not in categories:
                categories[name] = self._made("categories", {"name": name}, f"category-{abs(hash(name))}")
            body = {
                "amount": {"amount": row["Amount"], "currency": row["Currency"]},
                "spent_on": row["Date"],
                "payee": row["Payee"],
                "description": row["Description"],
                "category_id": categories[name],
            }
            expense = self._made("expenses", body, f"row-{number}")
            if number % RECEIPT_EVERY == 0:
                self._insistently(lambda expense=expense, number=number: self.drawer.put(expense, number))

    def _made(self, path: str, body: dict[str, Any], key: str) -> str:
        def make() -> str:
            answer = self.person.post(path, json=body, headers={"Idempotency-Key": key})
            if answer.status_code in NOT_NOW:
                raise TryAgainError(answer.text)
            assert answer.status_code == 201, answer.text
            return str(answer.json()["id"])

        return str(self._insistently(make))

    def _insistently(self, action: Callable[[], Any]) -> Any:
        deadline = time.monotonic() + self.patience
        while True:
            try:
                return action()
            except (httpx.TransportError, TryAgainError):
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.05)


class ProcessKiller(threading.Thread):
    """Kills processes of an installation at random moments, and starts them again."""

    def __init__(self, installation: Installation, *, times: int, within: float, seed: int) -> None:
        """Kill `times` times, at moments of `within` seconds of running time."""
        super().__init__(daemon=True)
        self._chance = random.Random(seed)
        self._house = installation
        moments = sorted(self._chance.uniform(0.2, within) for _ in range(times))
        self._waits = [later - earlier for earlier, later in zip([0.0, *moments], moments, strict=False)]
        self.killed: list[str] = []

    def run(self) -> None:
        """Kill and start."""
        for wait in self._waits:
            time.sleep(wait)
            self.killed.append(self._house.kill(self._chance))


def mailed(process: OutlayProcess) -> Counter[str]:
    """Count the mails by kind."""
    return Counter(
        str(email.message_from_bytes(path.read_bytes(), policy=email.policy.default)["X-Outlay-Kind"]) for path in process.mails()
    )


def summaries(process: OutlayProcess) -> list[str]:
    """Return the texts of the mails about imports."""
    mails = [email.message_from_bytes(path.read_bytes(), policy=email.policy.default) for path in process.mails()]
    bodies = [mail.get_body(("plain",)) for mail in mails if mail["X-Outlay-Kind"] == "import_completed"]
    return [str(body.get_content()) for body in bodies if body is not None]


def named_in(text: str) -> Counter[tuple[str, str]]:
    """Count the past periods that a summary names, as (budget, first day)."""
    _before, _title, rest = text.partition("Past periods over budget:")
    lines = [line.rpartition(": ") for line in rest.splitlines() if ": " in line and " to " in line]
    return Counter((budget, days.partition(" to ")[0]) for budget, _colon, days in lines)


def wait_until_settled(installation: Installation, *, mails: int, seconds: float = 180) -> None:
    """Wait until all events are handled and all mails are out."""
    eventually(lambda: installation.settled() and installation.mailed()["budget_exceeded"] >= mails, seconds=seconds)
    time.sleep(0.5)
