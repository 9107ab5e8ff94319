"""Prints how long filtered sums take on SQLite: `python tests/load/filtered_sums.py [expenses]`, 100,000 unless said otherwise."""

from __future__ import annotations

import random
import sys
import tempfile
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from testing.fakes.callers import a_caller

sys.path.insert(0, str(Path(__file__).parents[1]))

from chassis.messaging.events import event_maker
from chassis.runtime.ids import uuid7
from chassis.storage.database import Database
from expenses.entries.api import filter_in
from expenses.entries.changes import apply_changes
from expenses.entries.model import Change, Expense
from expenses.reports.summary import SummaryService
from expenses.unit_of_work import ExpensesStore
from support.expense_rows import an_expense
from testing.servers.stores import a_migrated

WHO = a_caller(uuid7(), currency="USD")
FIRST_DAY = date(2008, 1, 1)
CATEGORIES = [uuid7() for _ in range(40)]
YEAR = {"from_": "2016-10-16", "to": "2017-10-15"}
FILTERS = {
    "nothing": {},
    "a category": {"category": CATEGORIES[0]},
    "a payee": {"payee": "Payee 0"},
    "a text": {"text": "coffee"},
    "a tag": {"tag": "holiday"},
    "an amount": {"min_": "100"},
    "category and payee": {"category": CATEGORIES[0], "payee": "Payee 0"},
}
ROUNDS = 5


def spent(number: int, chance: random.Random) -> Expense:
    """Make one as people have them: a few payees and categories have most."""
    minor, day = chance.randrange(100, 20_000), FIRST_DAY + timedelta(days=chance.randrange(3_570))
    payee, category = min(int(chance.expovariate(1 / 150)), 1_999), min(int(chance.expovariate(1 / 6)), 39)
    return an_expense(
        minor=minor,
        currency="USD",
        home_currency="USD",
        spent_on=day,
        payee=f"Payee {payee}",
        description="coffee" if number % 50 == 0 else f"thing {number % 997}",
        category_id=CATEGORIES[category],
        tags=("holiday",) if number % 40 == 0 else (),
        line_fingerprint=chance.getrandbits(60),
    )


def main() -> None:
    """Fill a store, and print the median of each sum."""
    count, chance = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000, random.Random(7)
    with tempfile.TemporaryDirectory() as folder:
        database = Database(a_migrated("expenses", Path(folder) / "expenses.db"))
        store = ExpensesStore(database, event_maker("expenses", lambda: datetime.now(UTC), uuid7))
        for start in range(0, count, 2_000):
            with store.write() as uow:
                book = uow.books.lock(WHO)
                apply_changes(
                    uow, book, [Change(None, spent(number, chance)) for number in range(start, min(start + 2_000, count))]
                )
        for name, wanted in FILTERS.items():
            for when, days in (("ever", {}), ("a year", YEAR)):
                told = ", ".join(
                    f"by {by} {median(store, by, {**wanted, **days}):3.0f} ms" for by in ("category", "payee", "month")
                )
                print(f"{name:20}{when:8}{told}")
        database.close()


def median(store: ExpensesStore, by: str, wanted: dict[str, str]) -> float:
    """Return the median in milliseconds of this process's time, which neighbours on the machine do not lengthen."""
    took = []
    for _ in range(ROUNDS):
        started = time.process_time()
        SummaryService(store).by(WHO, by, filter_in({"kind": "expense", **wanted}))
        took.append((time.process_time() - started) * 1000)
    return sorted(took)[ROUNDS // 2]


if __name__ == "__main__":
    main()
