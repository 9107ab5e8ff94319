"""What happens to one budget in a run, and how many alerts its owner must get."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from faults.client import App, euros
from faults.journal import Imported, Promise

LIMIT = 10_000
_LOOK_SECONDS = 0.3


@dataclass
class Scenario:
    """A budget with a category of its own, and its owner."""

    app: App
    promise: Promise
    category_id: str
    category: str
    days: tuple[str, ...]
    chance: random.Random
    patience: float
    spent: int = 0
    payees: int = field(default=0)

    def spend(self, minor: int) -> dict[str, Any]:
        """Record an expense on some day of the period."""
        self.payees += 1
        made = self.app.spend(minor, self.chance.choice(self.days), self.category_id, f"Shop {self.payees}")
        self.spent += minor
        return made

    def spend_little(self, most: int = 3) -> None:
        """Record a few expenses that come to a fifth of the limit at most."""
        for _ in range(self.chance.randint(1, most)):
            self.spend(self.chance.randint(100, LIMIT // 5 // most))

    def remove(self, expense: dict[str, Any], minor: int) -> None:
        """Delete an expense."""
        self.app.remove(expense)
        self.spent -= minor

    def until_counted(self) -> None:
        """Wait until budgets has counted all expenses so far."""
        self._until(lambda: self.app.read(f"budgets/{self.promise.budget_id}")["current"]["spent"] == euros(self.spent), "counted")

    def until_mailed(self, times: int) -> None:
        """Wait until the mails of so many alerts about this budget were accepted."""
        self._until(lambda: self._mailed() >= times, "mailed")

    def _mailed(self) -> int:
        alerts = self.app.read("alerts", limit=200)["items"]
        mine = [alert for alert in alerts if alert["budget_id"] == self.promise.budget_id]
        states = [delivery["state"] for alert in mine for delivery in alert["deliveries"]]
        return sum(state in ("sent", "deferred", "delivered") for state in states)

    def _until(self, true: Callable[[], bool], what: str) -> None:
        deadline = time.monotonic() + self.patience
        while not true():
            if time.monotonic() > deadline:
                # Not given up: the auditor will say what became of it.
                self.app.journal.bug(f"{self.promise.name} ({self.promise.scenario}): not {what} after {self.patience:.0f} s")
                return
            time.sleep(_LOOK_SECONDS)


def tip(scenario: Scenario) -> None:
    """A few small expenses, then one that exceeds the budget."""
    scenario.spend_little()
    scenario.spend(LIMIT)
    scenario.app.journal.expect_alert(scenario.promise)


def tip_early(scenario: Scenario) -> None:
    """The expense that exceeds the budget is followed by others."""
    scenario.spend(LIMIT + 1)
    scenario.app.journal.expect_alert(scenario.promise)
    scenario.spend_little()


def quiet(scenario: Scenario) -> None:
    """The limit is reached, but not exceeded."""
    scenario.spend_little()
    scenario.spend(LIMIT - scenario.spent)


def corrected_before(scenario: Scenario) -> None:
    """A deleted expense does not count: without the deletion the last expense would exceed the budget."""
    wrong = scenario.spend(6_000)
    scenario.until_counted()  # else the deletion may be heard of last, and the budget be over its limit for a moment
    scenario.remove(wrong, 6_000)
    scenario.until_counted()
    scenario.spend(6_000)
    scenario.spend_little(2)


def edited(scenario: Scenario) -> None:
    """A correction of an amount exceeds the budget."""
    typed = scenario.spend(1_000)
    scenario.spend_little()
    scenario.app.change(typed, LIMIT + 1)
    scenario.spent += LIMIT + 1 - 1_000
    scenario.app.journal.expect_alert(scenario.promise)


def tipped_twice(scenario: Scenario) -> None:
    """Exceeded, corrected and exceeded again: there are two alerts."""
    scenario.spend_little(1)
    wrong = scenario.spend(LIMIT)
    scenario.app.journal.expect_alert(scenario.promise, withdrawn=1)
    scenario.until_mailed(1)
    scenario.remove(wrong, LIMIT)
    scenario.until_counted()
    scenario.spend(LIMIT)
    scenario.app.journal.expect_alert(scenario.promise)


def fleeting(scenario: Scenario) -> None:
    """Exceeded and corrected at once: there may or may not be a mail, but not two."""
    scenario.spend_little(1)
    wrong = scenario.spend(LIMIT)
    scenario.app.journal.expect_alert(scenario.promise, least=0, withdrawn=1)
    scenario.remove(wrong, LIMIT)


def imported(scenario: Scenario) -> None:
    """An import exceeds the budget: only the mail about the import says so."""
    # Named after the budget: a row that an earlier file of the same person had would be a duplicate.
    shop, pick = scenario.category, scenario.chance
    rows = [(f"{shop}, shop {n}", pick.choice(scenario.days), pick.randint(500, 900)) for n in range(9)]
    rows.append((f"{shop}, shop 10", scenario.days[-1], LIMIT))
    lines = [f'{day},"{payee}",{-minor / 100:.2f},{scenario.category}' for payee, day, minor in rows]
    answer = scenario.app.upload("\n".join(["Date,Payee,Amount,Category", *lines, ""]))
    if answer["imported"] != len(rows):
        scenario.app.journal.bug(f"{scenario.promise.name}: an import of {len(rows)} rows brought {answer['imported']}")
    made = Imported(
        scenario.app.user_id, answer["id"], scenario.category_id, tuple(rows), scenario.promise.fault, scenario.promise.budget_id
    )
    scenario.app.journal.imported(made)


PlayScenario = Callable[[Scenario], None]

OFTEN: tuple[tuple[PlayScenario, int], ...] = (
    (tip, 8),
    (tip_early, 3),
    (quiet, 3),
    (corrected_before, 2),
    (edited, 3),
    (tipped_twice, 2),
    (fleeting, 1),
    (imported, 2),
)
"""The scenarios, and how often each comes."""


def open_scenario(
    app: App, name: str, scenario: PlayScenario, *, fault: int, chance: random.Random, patience: float, limit: int = LIMIT
) -> Scenario:
    """Make a category and a budget for it."""
    category_id = app.category(name)
    body = {"name": name, "amount": euros(limit), "category_ids": [category_id], "period": "monthly", "thresholds": [100]}
    budget = app.make("budgets", **body)
    promise = app.journal.promised(Promise(budget["id"], app.user_id, name, scenario.__name__, fault))
    first = date.fromisoformat(budget["current"]["from"])
    days = tuple((first + timedelta(days=n)).isoformat() for n in range(28))
    return Scenario(app, promise, category_id, name, days, chance, patience)


def chosen(chance: random.Random) -> PlayScenario:
    """Choose a scenario at random."""
    return chance.choices([scenario for scenario, _often in OFTEN], [often for _story, often in OFTEN])[0]
