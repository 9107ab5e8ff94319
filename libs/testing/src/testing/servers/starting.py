"""Waiting for a program that was started: for as long as it runs, on however busy a machine."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

START_SECONDS = 300.0
"""How long a program that neither ends nor gets ready is waited for."""
STOP_SECONDS = 120.0
"""How long a program that was asked to end may take; tests that promise less say so themselves."""


def wait_until_started(
    name: str,
    ready: Callable[[], bool],
    *,
    status: Callable[[], int | None],
    output: Callable[[], str],
    seconds: float = START_SECONDS,
) -> None:
    """Return as soon as `ready` says so.

    `status` gives the exit status of the program, or None while it runs; `output` what it has printed so far.

    Raises:
        AssertionError: if the program ended or is not ready after some seconds, with the end of its output.
    """
    deadline = time.monotonic() + seconds
    while not ready():
        ended = status()
        if ended is not None:
            raise AssertionError(f"{name} did not start: it ended with status {ended}.\n{output()[-4000:]}")
        if time.monotonic() > deadline:
            raise AssertionError(
                f"{name} did not start: it still runs, but is not ready after {seconds:g} seconds.\n{output()[-4000:]}"
            )
        time.sleep(0.05)
