"""A program that does not start says why; a slow one is waited for."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from testing.servers.process import OutlayProcess
from testing.servers.starting import wait_until_started

if TYPE_CHECKING:
    from pathlib import Path


def test_an_outlay_that_ends_is_reported_with_status_and_output(tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match=r"outlay did not start: it ended with status [1-9]\d*\.\n(.|\n)*OUTLAY_LOG_LEVEL"):
        OutlayProcess(tmp_path / "data", OUTLAY_LOG_LEVEL="verbose").start()


def test_an_outlay_that_starts_too_slowly_is_ended(tmp_path: Path) -> None:
    process = OutlayProcess(tmp_path / "data")
    with pytest.raises(AssertionError, match="outlay did not start: it still runs, but is not ready after 0 seconds"):
        process.start(timeout=0)
    assert not process.running


def test_a_program_that_is_slow_is_waited_for_while_it_runs(tmp_path: Path) -> None:
    sign = tmp_path / "ready"
    code = f"import time, pathlib; time.sleep(1); pathlib.Path({str(sign)!r}).touch(); input()"
    with subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE) as program:
        wait_until_started("it", sign.exists, status=program.poll, output=lambda: "")
        program.communicate(b"\n")


def test_a_program_that_ends_early_is_not_waited_for() -> None:
    refused = pytest.raises(AssertionError, match=r"the server did not start: it ended with status 3\.\nno port")
    with subprocess.Popen([sys.executable, "-c", "raise SystemExit(3)"]) as program, refused:
        wait_until_started("the server", lambda: False, status=program.poll, output=lambda: "no port")
