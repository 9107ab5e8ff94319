"""Serves the suite until somebody stops it."""

from __future__ import annotations

import fcntl
import os
import signal
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import uvicorn

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from outlay.suite import Suite

_GRACE_SECONDS = 5


class DataFolderInUseError(Exception):
    """Another Outlay runs on this data folder."""


@contextmanager
def only_one(folder: Path) -> Iterator[None]:
    """Hold the data folder for this process; raises DataFolderInUseError."""
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


class Server(uvicorn.Server):
    """uvicorn, which ends the endless event streams first when it is told to stop."""

    def __init__(self, config: uvicorn.Config, *, on_ready: Callable[[int], None], on_exit: Callable[[], None]) -> None:
        """`on_ready` gets the port once it listens."""
        super().__init__(config)
        self._on_ready, self._on_exit = on_ready, on_exit

    async def startup(self, sockets: Any = None) -> None:
        """Listen, then say so."""
        await super().startup(sockets)
        if self.started:
            self._on_ready(self.servers[0].sockets[0].getsockname()[1])

    def handle_exit(self, sig: int, frame: Any) -> None:  # noqa: ARG002  uvicorn's signature
        """Take a signal to stop; the second Ctrl-C waits for nobody.

        uvicorn's own method would raise the signal again after it has stopped, which ends the process before the suite has.
        """
        self._on_exit()
        self.force_exit = self.should_exit and sig == signal.SIGINT
        self.should_exit = True


def serve(suite: Suite, *, host: str, port: int, on_ready: Callable[[int], None]) -> None:
    """Start the suite, serve it, and stop it in order at SIGINT or SIGTERM."""
    config = uvicorn.Config(
        suite.web,
        host=host,
        port=port,
        log_config=None,
        access_log=False,
        server_header=False,
        lifespan="off",
        timeout_graceful_shutdown=_GRACE_SECONDS,
        proxy_headers=False,
    )
    suite.start()
    try:
        Server(config, on_ready=on_ready, on_exit=suite.hub.close).run()
    finally:
        suite.stop()
