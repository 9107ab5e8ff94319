"""`make conformance`: runs every suite of a port on each of its adapters, against real servers; prints a table."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1]))

from conformance.suites import SUITES
from conformance.table import complaints, reasons, table
from conformance.tally import Tally

ROOT = Path(__file__).parents[2]
_EXIM = "/usr/sbin/exim4"


def main(arguments: list[str]) -> int:
    """Run all suites with pytest's arguments, if any; return 1 if the table is not as it should be."""
    tally = Tally()
    with tempfile.TemporaryDirectory(prefix="conformance-") as folder:
        chosen = [
            "-p",
            "conformance.counting",
            "--rootdir",
            str(ROOT),
            "-c",
            str(ROOT / "pyproject.toml"),
            "--basetemp",
            f"{folder}/run",
        ]
        status = pytest.main([*chosen, *arguments, *dict.fromkeys(str(ROOT / suite.path) for suite in SUITES)], plugins=[tally])
        servers = _servers(Path(folder) / "run")
    wrong = list(complaints(tally))
    lines = ["", table(tally, servers), "", *reasons(tally), *(f"WRONG: {sentence}" for sentence in wrong)]
    lines.append("Not as it should be." if wrong or status else "Every adapter keeps what its port promises.")
    sys.stdout.write("\n".join(lines) + "\n")
    return int(bool(wrong) or status != 0)


def _servers(folder: Path) -> dict[str, str]:
    """Return what each server said that it is. The shared ones were asked when they started; the rest is part of the machine."""
    noted = {path.parent.name: json.loads(path.read_text())["described"] for path in folder.glob("*/server.json")}
    return {
        "sqlite": f"SQLite {sqlite3.sqlite_version}, in Python {sys.version.split()[0]}",
        "folder": "the file system",
        "mailserver": "libs/testing/src/testing/mailserver, which speaks SendGrid's v3 API",
        "exim": _exim(),
        **noted,
    }


def _exim() -> str:
    said = subprocess.run([_EXIM, "--version"], check=False, capture_output=True, text=True).stdout if Path(_EXIM).exists() else ""
    return f"{' '.join(said.split()[:3]).replace(' version', '')} (package)" if said else "no Exim"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
