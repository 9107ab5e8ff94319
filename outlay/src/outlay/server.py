"""Runs the suite on its data folder until it is stopped."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from chassis.web import server
from outlay.suite import Suite


class DataFolderInUseError(Exception):
    """Another Outlay is running on this data folder."""


@contextmanager
def hold_folder(folder: Path) -> Iterator[None]:
    """Lock the data folder for this process; raises DataFolderInUseError."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            message = f"Another Outlay is running on {folder}; stop it, or set OUTLAY_DATA to another folder."
            raise DataFolderInUseError(message) from error
        lock.write(str(os.getpid()))
        lock.flush()
        yield


def serve(suite: Suite, *, host: str, port: int, management_port: int, on_ready: Callable[[int], None]) -> None:
    """Start the suite, serve it, and stop it in order on SIGINT or SIGTERM."""
    suite.start()
    try:
        management = server.Management(suite.health, management_port)
        server.serve(suite.web, host=host, port=port, on_ready=on_ready, on_exit=suite.streams.close, management=management)
    finally:
        suite.stop()
