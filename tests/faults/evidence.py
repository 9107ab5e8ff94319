"""The evidence after a run: the stores, the accepted emails, what the API returns and what clients were told."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from faults.client import App
from faults.journal import Journal

STORES = ("auth", "expenses", "budgets", "notifier")

Slot = tuple[str, str, str]
"""User, category, day."""


@dataclass(frozen=True)
class Accepted:
    """A mail that the provider accepted."""

    mail_id: str
    user_id: str
    at: float
    """Seconds since 1970."""
    subject: str = ""


@dataclass
class Window:
    """A fault that was injected: what, when, and how long the recovery took."""

    number: int
    kind: str
    detail: str
    started: float
    """Seconds since 1970, like `ended`."""
    ended: float = 0.0
    recovery: float | None = None
    """Seconds until the mail of an expense that was written after the end was accepted; None if that never happened."""
    backlog: float | None = None
    """Seconds until the last mail was accepted that it may have held up."""
    uncertain: bool = False
    """Whether it can hit between the provider's accept and the note of it."""


@dataclass(frozen=True)
class Reading:
    """What the API shows one person, in minor units."""

    by_category: Mapping[str, int]
    by_day: Mapping[str, int]
    budgets: Mapping[str, int]


@dataclass(frozen=True)
class DeadEvent:
    """A dead letter."""

    queue: str
    type: str
    reason: str


@dataclass
class Evidence:
    """Everything that the auditor compares."""

    folder: Path
    """Where the stores are, one file for each service."""
    journal: Journal
    accepted: Sequence[Accepted]
    windows: Sequence[Window] = ()
    readings: Mapping[str, Reading] = field(default_factory=dict)
    queues: Mapping[str, int] = field(default_factory=dict)
    """Messages that are left, by queue, without the dead ones."""
    dead: Sequence[DeadEvent] = ()
    explained: Sequence[str] = ()
    """Parts of reasons that a fault of the run explains."""

    def rows(self, store: str, query: str) -> list[tuple[Any, ...]]:
        """Ask a store."""
        with self.opened(store) as connection:
            return list(connection.execute(query))

    @contextmanager
    def opened(self, store: str) -> Iterator[sqlite3.Connection]:
        """Open a store."""
        with closing(sqlite3.connect(self.folder / f"{store}.db", timeout=30)) as connection, connection:
            yield connection

    def recorded(self) -> dict[str, tuple[str, str, str, int, str | None, str]]:
        """Return the rows of expenses by id: user, category, day, minor units, import, payee."""
        rows = self.rows(
            "expenses",
            "SELECT e.id, p.user_id, coalesce(e.category_id, ''), e.spent_on, e.home_minor, e.import_id, e.payee"
            " FROM expense e JOIN person p ON p.number = e.owner WHERE e.kind = 'expense'",
        )
        return {row[0]: tuple(row[1:]) for row in rows}  # type: ignore[misc]

    def spending(self) -> Counter[Slot]:
        """Return the sums that budgets keeps."""
        rows = self.rows("budgets", "SELECT user_id, category_id, day, sum(home_minor) FROM spend_day GROUP BY 1, 2, 3")
        return Counter({(user, category, day): minor for user, category, day, minor in rows})

    def ledger(self) -> dict[str, tuple[str, str, str, int]]:
        """Return the expenses that budgets has recorded: user, category, day, minor units."""
        rows = self.rows(
            "budgets", "SELECT expense_id, user_id, category_id, day, home_minor FROM ledger_entry WHERE home_minor IS NOT NULL"
        )
        return {row[0]: tuple(row[1:]) for row in rows}  # type: ignore[misc]


def read_api(app: App) -> Reading:
    """Read what a person sees."""
    budgets: dict[str, int] = {}
    cursor = None
    while True:
        page = app.read("budgets", limit=100, **({"cursor": cursor} if cursor else {}))
        budgets |= {item["id"]: minor_of(item["current"]["spent"]) for item in page["items"]}
        cursor = page["next_cursor"]
        if cursor is None:
            break
    return Reading(_sums(app, "category"), _sums(app, "day"), budgets)


def _sums(app: App, by: str) -> dict[str, int]:
    return {item["key"] or "": minor_of(item["spent"]) for item in app.read("summary", by=by)["items"]}


def minor_of(money: Mapping[str, str]) -> int:
    """Return cents."""
    return int(money["amount"].replace(".", ""))


def copy_stores(evidence: Evidence, folder: Path) -> Evidence:
    """Return the same evidence on copies of the stores, so that one can be damaged."""
    folder.mkdir(parents=True)
    for store in STORES:
        with evidence.opened(store) as source, closing(sqlite3.connect(folder / f"{store}.db")) as target:
            source.backup(target)
    return Evidence(**{**vars(evidence), "folder": folder})
