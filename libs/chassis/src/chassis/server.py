"""Serves an ASGI application until somebody stops it."""

from __future__ import annotations

import signal
import time
from typing import TYPE_CHECKING, Any

import uvicorn

from chassis.leaving import Leaving

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.types import ASGIApp

_GRACE_SECONDS = 5
_IDLE_SECONDS = 30
"""For so long a connection stays open without a request: longer than a gateway keeps one, or it would send into a closing one."""


class Server(uvicorn.Server):
    """uvicorn, which says when it is ready and leaves the end of the process to whoever runs it."""

    def __init__(
        self,
        config: uvicorn.Config,
        *,
        leaving: Leaving,
        leave_seconds: float,
        on_ready: Callable[[int], None],
        on_exit: Callable[[], None],
    ) -> None:
        """`on_ready` gets the port once it listens; `on_exit` is called at the signal to stop, to end endless answers.

        For `leave_seconds` after the signal it goes on as one that is `leaving`.
        """
        super().__init__(config)
        self._leaving, self._leave_seconds = leaving, leave_seconds
        self._on_ready, self._on_exit = on_ready, on_exit
        self._leaves_at = float("inf")

    async def startup(self, sockets: Any = None) -> None:
        """Listen, then say so."""
        await super().startup(sockets)
        if self.started:
            self._on_ready(self.servers[0].sockets[0].getsockname()[1])

    def handle_exit(self, sig: int, frame: Any) -> None:  # noqa: ARG002  uvicorn's signature
        """Take a signal to stop; the second one ends the leaving, and a second Ctrl-C waits for nobody.

        uvicorn's own method would raise the signal again after it has stopped, which ends the process before the rest has.
        """
        self.force_exit = self._leaving.begun and sig == signal.SIGINT
        self.should_exit = self._leaving.begun or not self._leave_seconds
        if not self._leaving.begun:
            self._leaving.begun = True
            self._leaves_at = time.monotonic() + self._leave_seconds
            self._on_exit()

    async def on_tick(self, counter: int) -> bool:
        """Say whether it is time to stop."""
        self.should_exit = self.should_exit or time.monotonic() >= self._leaves_at
        return await super().on_tick(counter)


def serve(
    app: ASGIApp,
    *,
    host: str,
    port: int,
    on_ready: Callable[[int], None],
    on_exit: Callable[[], None] = lambda: None,
    leave_seconds: float = 0,
) -> None:
    """Serve until SIGINT or SIGTERM; requests in hand have five seconds to finish.

    For `leave_seconds` after the signal it goes on answering, not ready any more, and closes each connection after its answer. Then
    it listens no more.
    """
    leaving = Leaving(app)
    config = uvicorn.Config(
        leaving,
        host=host,
        port=port,
        log_config=None,
        access_log=False,
        server_header=False,
        lifespan="off",
        timeout_graceful_shutdown=_GRACE_SECONDS,
        timeout_keep_alive=_IDLE_SECONDS,
        proxy_headers=False,
    )
    Server(config, leaving=leaving, leave_seconds=leave_seconds, on_ready=on_ready, on_exit=on_exit).run()
