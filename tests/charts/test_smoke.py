"""What `helm test` runs does what it says, against a real process."""

from __future__ import annotations

import subprocess
import sys

from support.helm import SUITE
from support.process import OutlayProcess

SMOKE = SUITE / "files" / "smoke.py"


def test_it_signs_up_spends_sees_the_budget_change_and_leaves(tmp_path) -> None:
    outlay = OutlayProcess(tmp_path / "data")
    outlay.start()
    try:
        ran = subprocess.run(
            [sys.executable, "-I", str(SMOKE), outlay.url], capture_output=True, text=True, timeout=60, check=False
        )
    finally:
        outlay.stop()
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert [line.split()[0] for line in ran.stdout.splitlines()] == ["signed", "set", "spent", "the", "the", "left;"]
    assert "the budget says exceeded" in ran.stdout


def test_it_fails_with_a_reason_where_nobody_answers() -> None:
    ran = subprocess.run(
        [sys.executable, "-I", str(SMOKE), "http://127.0.0.1:9"], capture_output=True, text=True, timeout=60, check=False
    )
    assert ran.returncode == 1
    assert ran.stdout.startswith("FAILED: ")
