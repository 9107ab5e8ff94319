"""The ways to enter the household's expenses; each must exceed the same budgets."""

from __future__ import annotations

from calendar import month_name
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from household.receipts import Drawer
from household.replay import RECEIPT_EVERY, ProcessKiller, Replay, expected, history, move_clock, named_in, wait_until_settled
from support.household_file import TO_THE_END, household_file, rows, set_budgets
from testing.clients.client import Person
from testing.waiting import eventually

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from household.installations import Deployment, Installation

    EntryMethod = Callable[[Deployment, Path], "Result"]

_MONTHS = tuple(month_name)
_HOUSEHOLD = {"home_currency": "USD", "locale": "en-US"}


@dataclass(frozen=True)
class Result:
    """The result of one entry method."""

    title: str
    exceeded: int
    exact: int
    mails: dict[str, int]
    expenses: int
    mails_expected: dict[str, int]
    until: str = TO_THE_END
    receipts: int = 0
    receipts_whole: int = 0
    note: str = ""

    @property
    def as_expected(self) -> bool:
        """Whether months, days, tipping rows, sums, mails and receipts are all as computed elsewhere."""
        right_mails = all(self.mails.get(kind, 0) == count for kind, count in self.mails_expected.items())
        right_months = self.exceeded == self.exact == len(expected(self.until))
        return right_months and self.expenses == len(rows(self.until)) and right_mails and self.receipts == self.receipts_whole

    @property
    def summary(self) -> str:
        """One line."""
        told = [f"{self.mails.get(kind, 0)} of {count} {kind} mails" for kind, count in self.mails_expected.items()]
        found = f"{self.exact} of {len(expected(self.until))} exceedances exact, {self.exceeded} in all"
        kept = f"{self.expenses} of {len(rows(self.until))} expenses"
        receipts = f"{self.receipts_whole} of {self.receipts} receipts whole"
        return ", ".join([found, *told, kept, *([receipts] if self.receipts else [])]) + self.note


def replayed(deployment: Deployment, folder: Path, *, kills: int = 0, seed: int = 1, until: str = TO_THE_END) -> Result:
    """Enter row by row with the clock at each row's day, perhaps with processes killed at random moments."""
    folder.mkdir(parents=True)
    clock = folder / "clock"
    move_clock(clock, "2015-01-01")
    with deployment.installation(folder, clock=clock) as installation:
        person = Person(installation.url, **_HOUSEHOLD).verify(installation)
        made, drawer = set_budgets(person), Drawer(person)
        killer = ProcessKiller(installation, times=kills, within=60 if installation.far else 12, seed=seed)
        if kills:
            killer.start()
        Replay(person, clock, installation, drawer, patience=120 if installation.far else 30).write(until)
        if kills:
            killer.join()
        mails = len(expected(until))
        wait_until_settled(installation, mails=mails)
        note = f", killed (seed {seed}): {' '.join(killer.killed)}" if kills else ""
        found = _found(installation, person, made, mails={"budget_exceeded": mails}, until=until)
        kept = {"receipts": len(rows(until)) // RECEIPT_EVERY, "receipts_whole": drawer.whole()}
        return Result("as replayed, killed" if kills else "as replayed", **found, **kept, until=until, note=note)


def replayed_with_kills(deployment: Deployment, folder: Path) -> Result:
    """Enter row by row while processes are killed (-9) ten times."""
    return replayed(deployment, folder, kills=10)


def imported(deployment: Deployment, folder: Path, *, budgets_first: bool) -> Result:
    """Import the file today, with the budgets set before or after: the same history, and one mail.

    It names each exceeded month once if the budgets were there, and none of these months is worth a mail of its own.
    """
    with deployment.installation(folder) as installation:
        person = Person(installation.url, **_HOUSEHOLD).verify(installation)
        made = set_budgets(person) if budgets_first else {}
        answer = person.post("imports", files={"file": ("household.csv", household_file(), "text/csv")})
        assert answer.status_code == 201, answer.text
        eventually(lambda: installation.mailed()["import_completed"] >= 1, seconds=60)
        made = made or set_budgets(person)
        wait_until_settled(installation, mails=0)
        found = _found(installation, person, made, mails={"budget_exceeded": 0, "import_completed": 1})
        wanted = Counter((one.category, f"{_MONTHS[int(one.month[5:])]} 1, {one.month[:4]}") for one in expected())
        (summary,) = installation.summaries()
        named = named_in(summary)
        assert named == (wanted if budgets_first else Counter()), f"the summary names {named}, not {wanted}"
        return Result(f"imported today, budgets set {'before' if budgets_first else 'after'}", **found)


def imported_after_budgets(deployment: Deployment, folder: Path) -> Result:
    """Import into budgets."""
    return imported(deployment, folder, budgets_first=True)


def imported_before_budgets(deployment: Deployment, folder: Path) -> Result:
    """Set budgets after the import."""
    return imported(deployment, folder, budgets_first=False)


def _found(
    installation: Installation, person: Person, made: dict[str, str], *, mails: dict[str, int], until: str = TO_THE_END
) -> dict[str, Any]:
    found = history(person, made)
    count = sum(item["count"] for item in person.read("summary", by="category")["items"])
    exact = len(found & expected(until))
    return {
        "exceeded": len(found),
        "exact": exact,
        "mails": dict(installation.mailed()),
        "expenses": count,
        "mails_expected": mails,
    }


ALL: tuple[EntryMethod, ...] = (replayed, replayed_with_kills, imported_after_budgets, imported_before_budgets)
