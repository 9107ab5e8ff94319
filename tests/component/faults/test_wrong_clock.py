"""A process whose clock is set wrong while it runs."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from testing.servers.wrong_clock import WrongClocks

if TYPE_CHECKING:
    from pathlib import Path

_LOOKER = """
import sqlite3, time, datetime, uuid_utils
for _line in open(0):
    started = time.monotonic()
    time.sleep(0.05)
    slept = time.monotonic() - started
    stored = sqlite3.connect(":memory:").execute("SELECT strftime('%s')").fetchone()[0]
    made = int(str(uuid_utils.uuid7())[:13].replace("-", ""), 16) / 1000
    print(time.time(), datetime.datetime.now().timestamp(), stored, made, slept, flush=True)
"""


def test_a_wrong_clock_is_seen_everywhere_but_in_sleeps(tmp_path: Path) -> None:
    clocks = WrongClocks(tmp_path)
    if clocks.why_not:
        pytest.skip(clocks.why_not)
    environ = {**os.environ, **clocks.environ("clock")}
    with subprocess.Popen([sys.executable, "-c", _LOOKER], env=environ, stdin=-1, stdout=-1, text=True) as process:
        assert process.stdin
        assert process.stdout
        for seconds in (0, 100, -50, 0):
            clocks.shift("clock", seconds)
            asked = time.time()
            process.stdin.write("look\n")
            process.stdin.flush()
            *times, made, slept = [float(value) for value in process.stdout.readline().split()]
            answered = time.time()
            assert all(asked - 1 <= seen - seconds <= answered for seen in times), (seconds, times)
            assert made > asked + seconds - 1, "ids go on in order, also where the clock went back"
            assert 0.04 < slept < 2
        process.stdin.close()
