"""Large files are imported in little memory."""

from __future__ import annotations

import json
import tracemalloc
from datetime import UTC, datetime
from pathlib import Path

from chassis.messaging.events import event_maker
from chassis.runtime.idempotency import StoredResponse
from chassis.runtime.ids import uuid7
from chassis.storage.database import Database
from chassis.storage.migrations import migrate
from expenses.app import task_runner
from expenses.imports.readers.mapping import Mapping
from expenses.imports.service import ImportService, Upload
from expenses.rates.converter import Converter
from expenses.unit_of_work import ExpensesStore
from support.expenses_api import RATES
from testing.fakes.callers import MARIA, a_caller


def peak_of(folder: Path, rows: int) -> int:
    """Return the most bytes that Python held while a file of so many rows was imported."""
    path = folder / f"{rows}.csv"
    with path.open("w", encoding="utf-8") as file:
        file.write("date,payee,description,amount\n")
        file.writelines(
            f"20{10 + row * 9 // rows:02}-{1 + row % 12:02}-{1 + row % 28:02},P{row % 97},d {row},{row % 999 + 1}.00\n"
            for row in range(rows)
        )
    database = Database(f"sqlite:///{folder}/{rows}.db")
    migrate(database, "expenses")
    store = ExpensesStore(database, event_maker("expenses", lambda: datetime(2026, 1, 1, tzinfo=UTC), uuid7))
    converter, clock = Converter(RATES), lambda: datetime(2026, 1, 1, tzinfo=UTC)
    imports = ImportService(store, converter, task_runner(store, converter, clock), clock, uuid7)
    tracemalloc.start()
    with path.open("rb") as stream:
        done = imports.run(a_caller(MARIA), Upload(stream, Mapping()), None, StoredResponse).body.done
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    database.close()
    assert done.imported == rows
    return peak


def test_memory_does_not_grow_with_the_file(tmp_path):
    small, large = peak_of(tmp_path, 10_000), peak_of(tmp_path, 50_000)
    assert large < small + 8_000_000, json.dumps([small, large])
