"""Serves an ASGI application until somebody stops it."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING, Any

import uvicorn

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.types import ASGIApp

_GRACE_SECONDS = 5
_IDLE_SECONDS = 30
"""For so long a connection stays open without a request: longer than a gateway keeps one, or it would send into a closing one."""


class Server(uvicorn.Server):
    """uvicorn, which says when it is ready and leaves the end of the process to whoever runs it."""

    def __init__(self, config: uvicorn.Config, *, on_ready: Callable[[int], None], on_exit: Callable[[], None]) -> None:
        """`on_ready` gets the port once it listens; `on_exit` is called at the signal to stop, to end endless answers."""
        super().__init__(config)
        self._on_ready, self._on_exit = on_ready, on_exit

    async def startup(self, sockets: Any = None) -> None:
        """Listen, then say so."""
        await super().startup(sockets)
        if self.started:
            self._on_ready(self.servers[0].sockets[0].getsockname()[1])

    def handle_exit(self, sig: int, frame: Any) -> None:  # noqa: ARG002  uvicorn's signature
        """Take a signal to stop; the second Ctrl-C waits for nobody.

        uvicorn's own method would raise the signal again after it has stopped, which ends the process before the rest has.
        """
        self._on_exit()
        self.force_exit = self.should_exit and sig == signal.SIGINT
        self.should_exit = True


def serve(
    app: ASGIApp, *, host: str, port: int, on_ready: Callable[[int], None], on_exit: Callable[[], None] = lambda: None
) -> None:
    """Serve until SIGINT or SIGTERM; requests in hand have five seconds to finish."""
    config = uvicorn.Config(
        app,
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
    Server(config, on_ready=on_ready, on_exit=on_exit).run()
