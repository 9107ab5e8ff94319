"""One import in a process of its own, so that its memory is its own: `python import_run.py ours|bare <address> <file>`; prints JSON."""

from __future__ import annotations

import csv
import json
import re
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from testing.fakes.callers import a_caller

sys.path.insert(0, str(Path(__file__).parents[1]))

import sqlalchemy as sa

from chassis.messaging.events import event_maker
from chassis.runtime.clock import system_clock
from chassis.runtime.idempotency import StoredResponse
from chassis.runtime.ids import uuid7
from chassis.storage.database import Database
from chassis.storage.migrations import migrate
from expenses.app import task_runner
from expenses.entries.rows import COLUMNS
from expenses.imports.readers.mapping import Mapping
from expenses.imports.service import ImportService, Upload
from expenses.rates.converter import Converter
from expenses.tables import expense
from expenses.unit_of_work import ExpensesStore
from load.databases import counted

if TYPE_CHECKING:
    from collections.abc import Iterator

_BATCH = 500


class _NoRates:
    def rate(self, *_asked: Any) -> Any:
        raise AssertionError("everything is in euros")


def ours(database: Database, path: Path) -> dict[str, Any]:
    """Import through the service's own code: columns found, rows checked, categories, totals, events, all in one transaction."""
    store = ExpensesStore(database, event_maker("expenses", system_clock, uuid7))
    converter = Converter(_NoRates())
    imports = ImportService(store, converter, task_runner(store, converter, system_clock), system_clock, uuid7)
    with counted(database) as count, path.open("rb") as file:
        done = imports.run(a_caller(uuid7()), Upload(file, Mapping()), None, StoredResponse).body.done
    return {"rows": done.imported, "statements": count[0]}


def bare(database: Database, path: Path) -> dict[str, Any]:
    """Read the file and put its rows into the same table, with the same indexes, by the driver's executemany, and nothing else."""
    text = expense.insert().compile(dialect=database.engine.dialect, column_keys=list(COLUMNS)).string
    count = statements = 0
    with database.begin() as connection:
        cursor: Any = connection.connection.cursor()
        for batch in _batches(path):
            cursor.executemany(text, batch)
            count += len(batch)
            statements += 1
    return {"rows": count, "statements": statements}


def _batches(path: Path) -> Iterator[list[tuple[Any, ...]]]:
    batch: list[tuple[Any, ...]] = []
    with path.open(newline="") as file:
        rows = csv.reader(file)
        next(rows)
        for number, (day, payee, category, amount, currency) in enumerate(rows):
            minor = -int(amount.replace(".", ""))
            money = ("expense", minor, currency, minor, currency, 0)
            batch.append((uuid7(), 1, *money, day, payee, "", category, "[]", "", "x", number, 1, 0, 0, number, None))
            if len(batch) == _BATCH:
                yield batch
                batch = []
    if batch:
        yield batch


def main() -> None:
    """Make the tables, import, and say what it took."""
    how, address, file = sys.argv[1:]
    database = Database(address, relay="bench")
    migrate(database, "expenses")
    with database.read() as connection:
        connection.execute(sa.select(sa.func.count()).select_from(expense)).scalar()
    before, started, cpu = _peak(), time.perf_counter(), time.process_time()
    done = {"ours": ours, "bare": bare}[how](database, Path(file))
    done |= {"seconds": time.perf_counter() - started, "cpu": time.process_time() - cpu, "before_mb": before, "peak_mb": _peak()}
    database.close()
    print(json.dumps(done))


def _peak() -> float:
    """Return the most memory that was resident, in megabytes; of this program alone, whatever the one was that started it."""
    found = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    return int(found[1]) / 1000 if found else 0.0


if __name__ == "__main__":
    main()
