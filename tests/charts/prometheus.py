"""What dashboards ask Prometheus, and promtool, which checks its files."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from testing.servers.helm import SUITE


def panels() -> list[tuple[str, str]]:
    found = []
    for path in sorted((SUITE / "dashboards").glob("*.json")):
        board = json.loads(path.read_text("utf-8"))
        found += [(f"{path.stem}: {panel['title']}", target["expr"]) for panel in board["panels"] for target in panel["targets"]]
    return found


def promtool(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    program = shutil.which("promtool")
    if program is None:
        pytest.fail("promtool is missing: make charts installs it (Debian's package prometheus)")
    return subprocess.run([program, *map(str, arguments)], capture_output=True, text=True, check=False, timeout=300)
