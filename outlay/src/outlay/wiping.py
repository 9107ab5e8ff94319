"""Empties SQLite's logs in the data folder, so that what was deleted is nowhere on the disk any more.

What is deleted is overwritten in the files themselves (`secure_delete`), but their write-ahead logs keep earlier states of pages
until they are written anew, which at home may take weeks.
"""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing
from typing import TYPE_CHECKING

from chassis.runtime.worker import Worker

if TYPE_CHECKING:
    from pathlib import Path

_SECONDS = 20.0
_HURRY_SECONDS = 30.0
"""For so long after a farewell the logs are emptied every second: services and queues are done with it one after the other."""
_BUSY_SECONDS = 0.2
"""Whoever writes is held up no longer than this."""


class Wiping(Worker):
    """Looks at the logs of all stores in a folder."""

    def __init__(self, folder: Path) -> None:
        """Begin nothing yet."""
        super().__init__("wiping")
        self._folder = folder
        self._hurried_until = 0.0

    def hurry(self) -> None:
        """Say that something has to go at once."""
        self._hurried_until = time.monotonic() + _HURRY_SECONDS
        self.wake()

    def work_off(self) -> float:
        """Empty each log that has something in it; one that is in use is tried again."""
        emptied = [_emptied(store) for store in sorted(self._folder.glob("*.db"))]
        return 1.0 if time.monotonic() < self._hurried_until or not all(emptied) else _SECONDS


def _emptied(store: Path) -> bool:
    log = store.with_name(f"{store.name}-wal")
    if not log.exists() or not log.stat().st_size:
        return True
    with closing(sqlite3.connect(store, timeout=_BUSY_SECONDS)) as connection:
        busy, _pages, _moved = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    return not busy
