"""No room imports in a circle, and the map shows the rooms as they are."""

from __future__ import annotations

import subprocess
import sys
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import grimp
import pytest

JOINED = {f"{service}.unit_of_work" for service in ("expenses", "budgets")} | {"notifier.store"}
"""A service's unit of work has the stores of all features, and the use cases of each know it."""
ROOT = Path(__file__).parents[2]
PACKAGES = ("outlay", "auth", "expenses", "budgets", "notifier", "assistant", "gateway", "chassis", "money")


@cache
def graph() -> grimp.ImportGraph:
    return grimp.build_graph(*PACKAGES, cache_dir=None)


def circle(package: str, depth: int) -> list[str] | None:
    """Return rooms that import each other in a circle; a room is a module's name cut to `depth` parts."""
    imports: dict[str, set[str]] = {}
    for importer in graph().modules:
        if importer.startswith(f"{package}."):
            room = ".".join(importer.split(".")[:depth])
            for imported in graph().find_modules_directly_imported_by(importer):
                other = ".".join(imported.split(".")[:depth])
                if other.startswith(f"{package}.") and other not in (room, *JOINED):
                    imports.setdefault(room, set()).add(other)
    try:
        TopologicalSorter(imports).prepare()
    except CycleError as error:
        return list(error.args[1])
    return None


@pytest.mark.parametrize("package", PACKAGES)
def test_no_modules_import_each_other_in_a_circle(package: str) -> None:
    assert circle(package, 99) is None


@pytest.mark.parametrize("package", PACKAGES)
def test_no_rooms_import_each_other_in_a_circle(package: str) -> None:
    assert circle(package, 2) is None


def test_the_map_is_up_to_date() -> None:
    done = subprocess.run(
        [sys.executable, ROOT / "release" / "draw_map.py", "--check"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
