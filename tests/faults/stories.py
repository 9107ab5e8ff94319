"""What happens to one budget in a run, and how often its owner has to be told that it is exceeded."""

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
class Scene:
    """A budget with a category of its own, and who owns it."""

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

    def little(self, most: int = 3) -> None:
        """Record a few expenses that come to a fifth of the limit at most."""
        for _ in range(self.chance.randint(1, most)):
            self.spend(self.chance.randint(100, LIMIT // 5 // most))

    def remove(self, expense: dict[str, Any], minor: int) -> None:
        """Delete an expense."""
        self.app.remove(expense)
        self.spent -= minor

    def until_counted(self) -> None:
        """Wait until budgets knows of all that was spent so far."""
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
                self.app.journal.bug(f"{self.promise.name} ({self.promise.story}): not {what} after {self.patience:.0f} s")
                return
            time.sleep(_LOOK_SECONDS)


def tip(scene: Scene) -> None:
    """Little expenses, then the one too many."""
    scene.little()
    scene.spend(LIMIT)
    scene.app.journal.tips(scene.promise)


def tip_early(scene: Scene) -> None:
    """The one too many is not the last."""
    scene.spend(LIMIT + 1)
    scene.app.journal.tips(scene.promise)
    scene.little()


def quiet(scene: Scene) -> None:
    """Nothing is exceeded, though the limit is reached."""
    scene.little()
    scene.spend(LIMIT - scene.spent)


def corrected_before(scene: Scene) -> None:
    """What was deleted in time does not count: without the deletion the last expense would tip it."""
    wrong = scene.spend(6_000)
    scene.until_counted()  # else the deletion may be heard of last, and the budget be over its limit for a moment
    scene.remove(wrong, 6_000)
    scene.until_counted()
    scene.spend(6_000)
    scene.little(2)


def edited(scene: Scene) -> None:
    """A correction of the amount tips it."""
    typed = scene.spend(1_000)
    scene.little()
    scene.app.change(typed, LIMIT + 1)
    scene.spent += LIMIT + 1 - 1_000
    scene.app.journal.tips(scene.promise)


def tipped_twice(scene: Scene) -> None:
    """Told, taken back, and tipped again: that is told again."""
    scene.little(1)
    wrong = scene.spend(LIMIT)
    scene.app.journal.tips(scene.promise, withdrawn=1)
    scene.until_mailed(1)
    scene.remove(wrong, LIMIT)
    scene.until_counted()
    scene.spend(LIMIT)
    scene.app.journal.tips(scene.promise)


def fleeting(scene: Scene) -> None:
    """Tipped and taken back at once: nobody can say whether the mail is faster, but there is no second one."""
    scene.little(1)
    wrong = scene.spend(LIMIT)
    scene.app.journal.tips(scene.promise, least=0, withdrawn=1)
    scene.remove(wrong, LIMIT)


def imported(scene: Scene) -> None:
    """A bank's file tips it: the mail about the import says so, and no other."""
    # Named after the budget: a row that an earlier file of the same person had would be a duplicate.
    shop, pick = scene.category, scene.chance
    rows = [(f"{shop}, shop {n}", pick.choice(scene.days), pick.randint(500, 900)) for n in range(9)]
    rows.append((f"{shop}, shop 10", scene.days[-1], LIMIT))
    lines = [f'{day},"{payee}",{-minor / 100:.2f},{scene.category}' for payee, day, minor in rows]
    answer = scene.app.upload("\n".join(["Date,Payee,Amount,Category", *lines, ""]))
    if answer["imported"] != len(rows):
        scene.app.journal.bug(f"{scene.promise.name}: an import of {len(rows)} rows brought {answer['imported']}")
    made = Imported(scene.app.user_id, answer["id"], scene.category_id, tuple(rows), scene.promise.fault, scene.promise.budget_id)
    scene.app.journal.imported(made)


Story = Callable[[Scene], None]

OFTEN: tuple[tuple[Story, int], ...] = (
    (tip, 8),
    (tip_early, 3),
    (quiet, 3),
    (corrected_before, 2),
    (edited, 3),
    (tipped_twice, 2),
    (fleeting, 1),
    (imported, 2),
)
"""The stories, and how often each comes."""


def open_scene(
    app: App, name: str, story: Story, *, fault: int, chance: random.Random, patience: float, limit: int = LIMIT
) -> Scene:
    """Make a category and a budget for it."""
    category_id = app.category(name)
    body = {"name": name, "amount": euros(limit), "category_ids": [category_id], "period": "monthly", "thresholds": [100]}
    budget = app.make("budgets", **body)
    promise = app.journal.promised(Promise(budget["id"], app.user_id, name, story.__name__, fault))
    first = date.fromisoformat(budget["current"]["from"])
    days = tuple((first + timedelta(days=n)).isoformat() for n in range(28))
    return Scene(app, promise, category_id, name, days, chance, patience)


def chosen(chance: random.Random) -> Story:
    """Draw a story."""
    return chance.choices([story for story, _often in OFTEN], [often for _story, often in OFTEN])[0]
