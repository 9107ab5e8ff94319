"""Where files are opened: processes of their own, few at a time, each with little time, little memory and nothing to know."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from collections import Counter
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from chassis.runtime.problems import UnavailableError
from expenses.errors import UnacceptableReceiptError
from expenses.receipts.sandbox import MEGABYTES

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_SECONDS, _WAIT_SECONDS = 15.0, 8.0
"""Together less than a gateway waits for an answer."""
_STUDIO = [sys.executable, "-I", "-m", "expenses.receipts.sandbox"]
_ENVIRON = {"MALLOC_ARENA_MAX": "2", "OMP_NUM_THREADS": "1"}
AT_A_TIME, PLACES = 2, 5
"""Files that are opened at once, and for how many there is room with those that wait."""


class Bench:
    """Works on a few files at a time, and lets a few more wait: whoever waits takes the place of requests that need no bench."""

    def __init__(
        self, *, at_a_time: int = AT_A_TIME, places: int = PLACES, seconds: float = _SECONDS, megabytes: int = 1024
    ) -> None:
        """`places` is for how many files there is room, with those that wait; `seconds` and `megabytes` are what one may take."""
        self._turns, self._places = threading.BoundedSemaphore(at_a_time), threading.BoundedSemaphore(places)
        self._seconds, self._megabytes = seconds, megabytes
        self._share = max(1, places * 2 // 5)
        self._taken: Counter[str] = Counter()
        self._counting = threading.Lock()

    @contextmanager
    def place(self, user_id: str) -> Iterator[None]:
        """Take a place for everything that one file needs; raises UnavailableError at once if there is none.

        Nobody has more than a share of the places, so that one person's files leave room for those of others.
        """
        with self._counting:
            if self._taken[user_id] >= self._share:
                raise _own_share_full()
            if not self._places.acquire(blocking=False):
                raise _full()
            self._taken[user_id] += 1
        try:
            yield
        finally:
            with self._counting:
                self._taken[user_id] -= 1
                self._taken += Counter()  # forget whoever has none
                self._places.release()

    @contextmanager
    def turn(self) -> Iterator[Turn]:
        """Wait for one's turn; raises UnavailableError if that takes too long."""
        if not self._turns.acquire(timeout=_WAIT_SECONDS):
            raise _full()
        try:
            yield Turn(time.monotonic() + self._seconds, self._megabytes)
        finally:
            self._turns.release()


def _own_share_full() -> UnavailableError:
    message = "Your other receipts are still being processed. Try again in a moment."
    return UnavailableError(message, headers={"Retry-After": "3"})


def _full() -> UnavailableError:
    message = "Too many receipts are being looked at; try again in a moment."
    return UnavailableError(message, headers={"Retry-After": "3"})


class Turn:
    """The time of one file, and its memory."""

    def __init__(self, until: float, megabytes: int) -> None:
        self._until, self._environ = until, {**_ENVIRON, MEGABYTES: str(megabytes)}

    def run(self, task: str, media_type: str, *arguments: Path | int) -> dict[str, Any]:
        """Do one task of the studio; return what it says.

        Raises:
            UnacceptableReceiptError: the file is at fault.
            OSError: the machine is: it has no room.
        """
        command = [*_STUDIO, task, media_type, *map(str, arguments)]
        left = max(0.01, self._until - time.monotonic())
        try:
            done = subprocess.run(  # noqa: S603  the arguments are ours
                command, env=self._environ, capture_output=True, stdin=subprocess.DEVNULL, timeout=left, check=True
            )
        except subprocess.TimeoutExpired as error:
            message = "The file takes too long to be opened."
            raise UnacceptableReceiptError(message) from error
        except subprocess.CalledProcessError as error:
            if error.returncode == os.EX_TEMPFAIL:
                message = "nothing could be written"
                raise OSError(message) from error
            message = "The file cannot be opened: it is damaged, or needs too much memory or time."
            raise UnacceptableReceiptError(message) from error
        said: dict[str, Any] = json.loads(done.stdout)
        if "refused" in said:
            raise UnacceptableReceiptError(said["refused"])
        return said
