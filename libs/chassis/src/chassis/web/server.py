"""Serves an ASGI application until it is stopped."""

from __future__ import annotations

import asyncio
import gc
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send

from chassis.web.connection import Connection, ConnectionLimits
from chassis.web.draining import Draining

_GRACE_SECONDS = 5
_OBJECTS_PER_COLLECTION = 10_000
"""New objects after which Python looks for cycles among them. Its own 700 are fewer than one list of expenses makes."""
_IDLE_SECONDS = 30
"""How long a connection stays open without a request: longer than gateways keep it, or they would send into a closing one."""


@dataclass(frozen=True)
class Management:
    """Health and metrics on a port of their own, which the public does not reach."""

    app: ASGIApp
    port: int
    """0 for none."""


class _ByPort:
    """Passes a request on to the application of the port on which it came."""

    def __init__(self, public: ASGIApp, management: Management) -> None:
        self._public, self._management = public, management

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        local = scope.get("server")
        managed = local is not None and local[1] == self._management.port
        await (self._management.app if managed else self._public)(scope, receive, send)


class Server(uvicorn.Server):
    """uvicorn, with a callback once it is ready, and without ending the process."""

    def __init__(
        self,
        config: uvicorn.Config,
        *,
        draining: Draining,
        drain_seconds: float,
        on_ready: Callable[[int], None],
        on_exit: Callable[[], None],
        management_port: int = 0,
    ) -> None:
        """`on_ready` gets the port once it listens; `on_exit` is called at the signal to stop, to end endless responses.

        After the signal it drains for `drain_seconds`. It also listens on `management_port`, unless that is 0.
        """
        super().__init__(config)
        self._management_port = management_port
        self._draining, self._drain_seconds = draining, drain_seconds
        self._on_ready, self._on_exit = on_ready, on_exit
        self._stops_at = float("inf")

    async def startup(self, sockets: Any = None) -> None:
        """Listen, then call `on_ready`. Raises SystemExit if a port is taken."""
        try:
            await super().startup(sockets)
        except SystemExit as error:  # uvicorn has logged the reason
            raise self._cannot_listen(self.config.port, "OUTLAY_PORT") from error
        if self.started:
            if self._management_port:
                self.servers.append(await self._listen(self._management_port))
            self._on_ready(self.servers[0].sockets[0].getsockname()[1])

    async def _listen(self, port: int) -> asyncio.base_events.Server:
        def connection() -> Connection:
            return self.config.http_protocol_class(config=self.config, server_state=self.server_state, app_state={})  # type: ignore[call-arg, return-value]

        try:
            return await asyncio.get_running_loop().create_server(connection, self.config.host, port, backlog=self.config.backlog)
        except OSError as error:
            raise self._cannot_listen(port, "OUTLAY_MANAGEMENT_PORT") from error

    def _cannot_listen(self, port: int, setting: str) -> SystemExit:
        address = f"{self.config.host}:{port}"
        return SystemExit(f"Cannot listen on {address}: another program may use this port. Choose another with {setting}.")

    def handle_exit(self, sig: int, frame: Any) -> None:  # noqa: ARG002  uvicorn's signature
        """Handle a signal to stop; a second one ends the draining, and a second Ctrl-C stops at once.

        uvicorn's own method would raise the signal again after it has stopped, which ends the process before the rest has.
        """
        self.force_exit = self._draining.begun and sig == signal.SIGINT
        self.should_exit = self._draining.begun or not self._drain_seconds
        if not self._draining.begun:
            self._draining.begun = True
            self._stops_at = time.monotonic() + self._drain_seconds
            self._on_exit()

    async def on_tick(self, counter: int) -> bool:
        """Return whether it is time to stop."""
        self.should_exit = self.should_exit or time.monotonic() >= self._stops_at
        return await super().on_tick(counter)


def serve(
    app: ASGIApp,
    *,
    host: str,
    port: int,
    on_ready: Callable[[int], None],
    on_exit: Callable[[], None] = lambda: None,
    drain_seconds: float = 0,
    management: Management | None = None,
    limits: ConnectionLimits = ConnectionLimits(),
) -> None:
    """Serve until SIGINT or SIGTERM; requests in hand have five seconds to finish.

    After the signal it drains for `drain_seconds`: it still answers, but is not ready, and each response closes its connection.
    Operators' paths are on the port of `management`. Clients are held to `limits`.
    """
    managed = management if management and management.port else None
    gc.freeze()  # what was loaded so far stays, and need not be looked through again and again
    gc.set_threshold(_OBJECTS_PER_COLLECTION)
    draining = Draining(_ByPort(app, managed) if managed else app)
    config = uvicorn.Config(
        draining,
        http=type("LimitedConnection", (Connection,), {"limits": limits}),
        ws="none",
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
    Server(
        config,
        draining=draining,
        drain_seconds=drain_seconds,
        on_ready=on_ready,
        on_exit=on_exit,
        management_port=managed.port if managed else 0,
    ).run()
