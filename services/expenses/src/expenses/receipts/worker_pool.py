"""Runs the sandbox for a few files at a time, each in a process of its own with little time and memory."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from chassis.runtime.problems import UnavailableError
from expenses.errors import UnacceptableReceiptError
from expenses.receipts.sandbox import MEMORY_VARIABLE

_SECONDS, _WAIT_SECONDS = 15.0, 8.0
"""Together less than a gateway waits for a response."""
_SANDBOX = [sys.executable, "-I", "-m", "expenses.receipts.sandbox"]
_ENVIRON = {"MALLOC_ARENA_MAX": "2", "OMP_NUM_THREADS": "1"}
SLOTS, PLACES = 2, 5
"""How many files are opened at once, and how many may be here together with those that wait."""
_SHARE = 2 / 5
"""The share of the places that one person may take."""


class WorkerPool:
    """Opens a few files at a time and lets a few more wait. The limit protects requests that need no worker."""

    def __init__(self, *, slots: int = SLOTS, places: int = PLACES, seconds: float = _SECONDS, megabytes: int = 1024) -> None:
        """`places` counts files that are opened and files that wait; `seconds` and `megabytes` limit each file."""
        self._slots, self._places = threading.BoundedSemaphore(slots), threading.BoundedSemaphore(places)
        self._seconds, self._megabytes = seconds, megabytes
        self._most_each = max(1, int(places * _SHARE))
        self._taken: Counter[str] = Counter()
        self._counting = threading.Lock()

    @contextmanager
    def place(self, user_id: str) -> Iterator[None]:
        """Take a place for everything that one file needs; raises UnavailableError at once if there is none.

        Each person has only a share of the places, so that their files leave room for those of others.
        """
        with self._counting:
            if self._taken[user_id] >= self._most_each:
                raise _own_share_full()
            if not self._places.acquire(blocking=False):
                raise _full()
            self._taken[user_id] += 1
        try:
            yield
        finally:
            with self._counting:
                self._taken[user_id] -= 1
                self._taken += Counter()  # drops the people who have no place
                self._places.release()

    @contextmanager
    def slot(self) -> Iterator[Slot]:
        """Wait for a free slot; raises UnavailableError if that takes too long."""
        if not self._slots.acquire(timeout=_WAIT_SECONDS):
            raise _full()
        try:
            yield Slot(time.monotonic() + self._seconds, self._megabytes)
        finally:
            self._slots.release()


def _own_share_full() -> UnavailableError:
    message = "Your other receipts are still being processed. Try again in a moment."
    return UnavailableError(message, headers={"Retry-After": "3"})


def _full() -> UnavailableError:
    message = "Too many receipts are being processed. Try again in a moment."
    return UnavailableError(message, headers={"Retry-After": "3"})


class Slot:
    """The time and memory for one file."""

    def __init__(self, until: float, megabytes: int) -> None:
        self._until, self._environ = until, {**_ENVIRON, MEMORY_VARIABLE: str(megabytes)}

    def run(self, task: str, media_type: str, *arguments: Path | int) -> dict[str, Any]:
        """Run one task of the sandbox and return its result.

        Raises:
            UnacceptableReceiptError: if the file is at fault.
            OSError: if the machine is, because it has no room.
        """
        command = [*_SANDBOX, task, media_type, *map(str, arguments)]
        left = max(0.01, self._until - time.monotonic())
        try:
            done = subprocess.run(  # noqa: S603  no argument comes from a request
                command, env=self._environ, capture_output=True, stdin=subprocess.DEVNULL, timeout=left, check=True
            )
        except subprocess.TimeoutExpired as error:
            raise UnacceptableReceiptError("The file takes too long to be opened.") from error
        except subprocess.CalledProcessError as error:
            if error.returncode == os.EX_TEMPFAIL:
                raise OSError("nothing could be written") from error
            raise UnacceptableReceiptError("The file cannot be opened: it is damaged, or needs too much memory or time.") from error
        result: dict[str, Any] = json.loads(done.stdout)
        if "refused" in result:
            raise UnacceptableReceiptError(result["refused"])
        return result
