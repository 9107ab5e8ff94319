"""A health check answers quickly even while the thing it checks hangs."""

from __future__ import annotations

import threading
import time

import pytest

from chassis.runtime.background_check import BackgroundCheck
from chassis.runtime.problems import UnavailableError
from testing.waiting import eventually


def test_a_result_is_reused_for_a_while_and_then_renewed() -> None:
    asked: list[int] = []
    now = [100.0]
    watched = BackgroundCheck(lambda: asked.append(1), fresh=10, monotonic=lambda: now[0])
    watched()
    watched()
    assert len(asked) == 1
    now[0] += 10
    watched()
    assert len(asked) == 2


def test_a_failure_is_reported_to_everybody_who_asks_meanwhile() -> None:
    def fail() -> None:
        raise OSError("away")

    watched = BackgroundCheck(fail)
    for _ in range(2):
        with pytest.raises(OSError, match="away"):
            watched()


def test_a_hanging_check_fails_at_once_runs_once_and_may_recover() -> None:
    gate, asked = threading.Event(), []

    def hang() -> None:
        asked.append(1)
        gate.wait(10)

    watched = BackgroundCheck(hang, fresh=0, wait=0.05)
    begun = time.monotonic()
    for _ in range(3):
        with pytest.raises(UnavailableError):
            watched()
    assert time.monotonic() - begun < 2
    assert len(asked) == 1
    gate.set()
    eventually(lambda: not raises(watched))


def raises(watched: BackgroundCheck) -> bool:
    try:
        watched()
    except UnavailableError:
        return True
    return False
