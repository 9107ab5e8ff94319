"""Truncates SQLite's write-ahead logs in the data folder, so that deleted data is gone from the disk.

Deleted data is overwritten in the database files (`secure_delete`), but the write-ahead logs keep older pages until they are
overwritten, which may take weeks at home.
"""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing
from pathlib import Path

from chassis.runtime.worker import Worker

_SECONDS = 20.0
_FREQUENT_SECONDS = 30.0
"""How long logs are truncated every second after an account was deleted: services and queues erase its data one after the other."""
_BUSY_SECONDS = 0.2
"""How long writers may be blocked."""


class LogTruncation(Worker):
    """Truncates the logs of all stores in a folder."""

    def __init__(self, folder: Path) -> None:
        super().__init__("log truncation")
        self._folder = folder
        self._frequent_until = 0.0

    def truncate_soon(self) -> None:
        """Truncate the logs every second for a while."""
        self._frequent_until = time.monotonic() + _FREQUENT_SECONDS
        self.wake()

    def run_once(self) -> float:
        """Truncate each log; one that is in use is tried again."""
        emptied = [_emptied(store) for store in sorted(self._folder.glob("*.db"))]
        return 1.0 if time.monotonic() < self._frequent_until or not all(emptied) else _SECONDS


def _emptied(store: Path) -> bool:
    log = store.with_name(f"{store.name}-wal")
    if not log.exists() or not log.stat().st_size:
        return True
    with closing(sqlite3.connect(store, timeout=_BUSY_SECONDS)) as connection:
        busy, _pages, _moved = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    return not busy
