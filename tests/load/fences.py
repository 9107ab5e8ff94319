"""Compares the fenced part of an import, expenses.bulk, with the plain way: `python tests/load/fences.py [rows]`; a fence must gain 1.3 times."""

from __future__ import annotations

import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

sys.path.insert(0, str(Path(__file__).parents[1]))

from chassis.storage.database import Database
from chassis.storage.migrations import migrate
from load.import_run import ours

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

ROUNDS = 5


def plain_many(connection: Any, statement: Any, columns: tuple[str, ...], rows: list[tuple[Any, ...]]) -> None:
    """Run a statement for many rows through SQLAlchemy."""
    if rows:
        names = columns or tuple(statement.compile(dialect=connection.dialect).positiontup)
        connection.execute(statement, [dict(zip(names, row, strict=True)) for row in rows])


@contextmanager
def without_bulk() -> Iterator[None]:
    """Leave expenses.bulk aside."""
    with patch("expenses.entries.store.run_many", plain_many), patch("expenses.totals.store.run_many", plain_many):
        yield


WAYS: dict[str, Callable[[], AbstractContextManager[Any]]] = {"as it is": nullcontext, "without expenses.bulk": without_bulk}


def main() -> None:
    """Import the same file each way, in turns, and print the least CPU time of each."""
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
    with tempfile.TemporaryDirectory() as folder:
        path, least = a_file(Path(folder), rows), dict.fromkeys(WAYS, float("inf"))
        for number in range(ROUNDS):
            for place, (name, way) in enumerate(WAYS.items()):
                database = Database(f"sqlite:///{folder}/{number}-{place}.db", relay="bench")
                migrate(database, "expenses")
                with way():
                    started = time.process_time()
                    ours(database, path)
                    least[name] = min(least[name], time.process_time() - started)
                database.close()
        for name, seconds in least.items():
            print(f"{name:28}{seconds:6.2f} s CPU  {seconds / least['as it is']:5.2f} x")


def a_file(folder: Path, rows: int) -> Path:
    """Write a statement of nine years."""
    chance, path = random.Random(7), folder / "bank.csv"
    with path.open("w") as file:
        file.write("date,payee,category,amount,currency\n")
        for row in range(rows):
            day = f"20{10 + row * 9 // rows:02}-{1 + row % 12:02}-{1 + row % 28:02}"
            file.write(f"{day},Payee {chance.randrange(300)},Category {row % 20},-{chance.randrange(100, 90_000) / 100:.2f},EUR\n")
    return path


if __name__ == "__main__":
    main()
