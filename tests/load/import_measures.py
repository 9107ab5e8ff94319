"""Imports of 100,000 rows on each database, beside the bare driver inserting the same rows."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from load import import_run
from load.databases import databases
from load.instruments import csv_file

if TYPE_CHECKING:
    from collections.abc import Callable

    from load.table import Table

ROWS = 100_000


def imports(folder: Path, table: Table, *, sizes: tuple[int, ...], rows: int = ROWS, only=()) -> None:
    """Import a file into a new database, in a process of its own, and let the bare driver do it too."""
    path = csv_file(folder / "bank.csv", rows)
    with databases(folder) as known:
        for name, url in known.items():
            if only and name not in only:
                continue
            floor = _run("bare", url(), path)
            ours = _run("ours", url(), path)
            assert ours["rows"] == floor["rows"] == rows, ours
            table.add(f"{name}: import of {rows:,} rows", ours["seconds"], "s", floor=floor["seconds"], aim="4 x")
            table.add("  rows a second", rows / ours["seconds"], "/s", floor=rows / floor["seconds"])
            table.add("  CPU of the process", ours["cpu"], "s", floor=floor["cpu"])
            table.add("  statements, one for many rows counted once", ours["statements"], "", floor=floor["statements"])
            table.add("  memory: peak of the process", ours["peak_mb"], "MB", floor=floor["peak_mb"])
            table.add(
                "    of which the import", ours["peak_mb"] - ours["before_mb"], "MB", floor=floor["peak_mb"] - floor["before_mb"]
            )


def _run(how: str, url: str, path: Path) -> dict[str, Any]:
    command = [sys.executable, str(Path(import_run.__file__)), how, url, str(path)]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
    return dict(json.loads(done.stdout))


ALL: dict[str, Callable[..., None]] = {"imports": imports}
