"""The ways in which the household's expenses can come in; each must lead to the same exceedances."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from household.living import (
    Killer,
    enter_row_by_row,
    expected,
    history,
    mailed,
    move_clock,
    rows,
    set_budgets,
    the_file,
    wait_until_settled,
)
from support.client import Person
from support.process import OutlayProcess

if TYPE_CHECKING:
    from pathlib import Path

_HOUSEHOLD = {"home_currency": "USD", "locale": "en-US"}


@dataclass(frozen=True)
class Result:
    """What came out of a story."""

    title: str
    exceeded: int
    exact: int
    mails: dict[str, int]
    expenses: int
    mails_expected: dict[str, int]
    note: str = ""

    @property
    def as_expected(self) -> bool:
        """Whether months, days, tipping rows, sums and mails are all as computed elsewhere."""
        right_mails = all(self.mails.get(kind, 0) == count for kind, count in self.mails_expected.items())
        return self.exceeded == self.exact == len(expected()) and self.expenses == len(rows()) and right_mails

    @property
    def summary(self) -> str:
        """One line."""
        told = ", ".join(f"{self.mails.get(kind, 0)} {kind} mails" for kind in self.mails_expected)
        return f"{self.exact} of {len(expected())} exceedances exact, {self.exceeded} in all, {told}, {self.expenses} expenses{self.note}"


def lived(folder: Path, *, kills: int = 0, seed: int = 1) -> Result:
    """Enter row by row with the clock at each row's day, perhaps with the process killed at random moments."""
    folder.mkdir(parents=True)
    clock = folder / "clock"
    move_clock(clock, "2015-01-01")
    with OutlayProcess(folder / "data", OUTLAY_CLOCK=f"file:{clock}") as process:
        person = Person(process.url, **_HOUSEHOLD)
        made = set_budgets(person)
        killer = Killer(process, times=kills, within=12, seed=seed)
        if kills:
            killer.start()
        enter_row_by_row(person, clock, process, patience=30)
        if kills:
            killer.join()
        wait_until_settled(process, mails=len(expected()))
        note = f", killed {killer.killed} times (seed {seed})" if kills else ""
        return _result("as lived, killed" if kills else "as lived", process, person, made, len(expected()), imports=0, note=note)


def lived_and_killed(folder: Path) -> Result:
    """Enter row by row while the process is killed (-9) ten times."""
    return lived(folder, kills=10)


def imported(folder: Path, *, budgets_first: bool) -> Result:
    """Import the file today, with the budgets set before or after: the same history, and no mail for a long-past month."""
    folder.mkdir(parents=True)
    with OutlayProcess(folder / "data") as process:
        person = Person(process.url, **_HOUSEHOLD)
        made = set_budgets(person) if budgets_first else {}
        answer = person.post("imports", files={"file": ("household.csv", the_file(), "text/csv")})
        assert answer.status_code == 201, answer.text
        made = made or set_budgets(person)
        wait_until_settled(process, mails=0)
        title = f"imported today, budgets set {'before' if budgets_first else 'after'}"
        return _result(title, process, person, made, 0, imports=1)


def imported_after_budgets(folder: Path) -> Result:
    """Import into budgets."""
    return imported(folder, budgets_first=True)


def imported_before_budgets(folder: Path) -> Result:
    """Set budgets on what was imported."""
    return imported(folder, budgets_first=False)


def _result(
    title: str, process: OutlayProcess, person: Person, made: dict[str, str], mails: int, *, imports: int, note: str = ""
) -> Result:
    found = history(person, made)
    count = sum(item["count"] for item in person.read("summary", by="category")["items"])
    wanted = {"budget_exceeded": mails, "import_completed": imports}
    return Result(title, len(found), len(found & expected()), dict(mailed(process)), count, wanted, note)


ALL = (lived, lived_and_killed, imported_after_budgets, imported_before_budgets)
