"""The ledger that the questions are about, in SQLite: the household of the demo and what it spent until October 2017."""

from __future__ import annotations

import csv
import json
import sqlite3
from pathlib import Path

from money import Money

HOUSEHOLD = Path(__file__).parents[2] / "outlay" / "src" / "outlay" / "household"
MORE = Path(__file__).parent / "questions" / "more.csv"

SCHEMA = """
CREATE TABLE expense (
    id INTEGER PRIMARY KEY, spent_on TEXT NOT NULL, kind TEXT NOT NULL,
    payee TEXT NOT NULL, description TEXT NOT NULL, category TEXT NOT NULL,
    amount TEXT NOT NULL, currency TEXT NOT NULL,
    home_amount TEXT NOT NULL, home_cents INTEGER NOT NULL,
    tags TEXT NOT NULL, note TEXT NOT NULL
);
CREATE TABLE budget (
    category TEXT PRIMARY KEY, period TEXT NOT NULL, limit_cents INTEGER NOT NULL
);
"""


def cents(amount: str) -> int:
    """Return an amount of dollars in cents."""
    return Money.parse(amount, "USD").minor


def rows(path: Path) -> list[dict[str, str]]:
    """Read a CSV file."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def load() -> sqlite3.Connection:
    """Return a fresh in-memory database; ids follow file order, household.csv first."""
    conn = sqlite3.connect(":memory:", isolation_level=None)
    conn.executescript(SCHEMA)
    for row in [*rows(HOUSEHOLD / "household.csv"), *rows(MORE)]:
        home = row.get("Home amount") or row["Amount"]
        conn.execute(
            "INSERT INTO expense (spent_on, kind, payee, description, category, amount,"
            " currency, home_amount, home_cents, tags, note)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                row["Date"],
                row.get("Kind") or "expense",
                row["Payee"],
                row["Description"].strip(),
                row["Category"],
                row["Amount"],
                row["Currency"],
                home,
                cents(home),
                row.get("Tags") or "",
                row.get("Note") or "",
            ),
        )
    budgets = json.loads((HOUSEHOLD / "budgets.json").read_text(encoding="utf-8"))
    for budget in budgets:
        conn.execute("INSERT INTO budget VALUES (?, ?, ?)", (budget["category"], budget["period"], cents(budget["amount"])))
    return conn
