"""The two kinds of process of a service: `serve` runs its API and the relay, `work` handles events and does background work."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence

from starlette.types import ASGIApp, Receive, Scope, Send

from chassis.messaging.rabbitmq import RabbitBus
from chassis.messaging.relay import Relay
from chassis.process.cleanup import Cleanup
from chassis.process.service import Service
from chassis.runtime.metrics import Metrics
from chassis.runtime.worker import Worker
from chassis.web.health import Health
from chassis.web.server import serve

_STOP_SECONDS = 4.0
"""How long everything may take to end after SIGTERM; another process goes on with what is cut off."""


class ServeProcess:
    """`serve`: the service's API, and a relay, which each commit of an event wakes up."""

    def __init__(self, service: Service, bus: RabbitBus | None, metrics: Metrics, wake_up: threading.Event) -> None:
        """Without a bus, events stay in the outbox."""
        self._service, self._bus = service, bus
        self._workers: tuple[Worker, ...] = (_relay(service, bus, metrics, wake_up),) if bus else ()
        # The API works without the broker, so its absence is only reported.
        optional_checks = {**service.optional_checks, **({"broker": bus.check_publishing} if bus else {})}
        health = Health(metrics, {"store": service.check}, optional_checks=optional_checks)
        self._web = _Readiness(health, service.web)

    def run(self, *, host: str, port: int, on_ready: Callable[[int], None], drain_seconds: float = 0) -> None:
        """Serve until SIGTERM, and `drain_seconds` longer."""
        if self._bus is not None:
            self._bus.connect()
        _run(self._web, self._workers, self._bus, host=host, port=port, on_ready=on_ready, drain_seconds=drain_seconds)


class WorkProcess:
    """`work`: consumers, the relay, the service's own workers and the hourly cleanup."""

    def __init__(self, service: Service, bus: RabbitBus, metrics: Metrics, wake_up: threading.Event) -> None:
        self._bus = bus
        self._workers = (_relay(service, bus, metrics, wake_up), *service.workers, Cleanup([service]))
        metrics.measure_with(bus.measure)
        self._web = Health(
            metrics, {"store": service.check, "broker": bus.check_consuming}, optional_checks=service.optional_checks
        )

    def run(self, *, host: str, port: int, on_ready: Callable[[int], None], drain_seconds: float = 0) -> None:  # noqa: ARG002
        """Work until SIGTERM; the broker redelivers unfinished messages to other processes."""
        self._bus.start()
        _run(self._web, self._workers, self._bus, host=host, port=port, on_ready=on_ready)


class _Readiness:
    """Answers /readyz for an application and its broker; passes other requests on."""

    def __init__(self, health: Health, app: ASGIApp) -> None:
        self._health, self._app = health, app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        asked = scope["type"] == "http" and scope["path"] == "/readyz"
        await (self._health if asked else self._app)(scope, receive, send)


def _relay(service: Service, bus: RabbitBus, metrics: Metrics, wake_up: threading.Event) -> Relay:
    relay = Relay(service.name, service.outbox, bus.publish, metrics, wake_up=wake_up)
    metrics.measure_with(relay.measure)
    return relay


def _run(
    web: ASGIApp,
    workers: Sequence[Worker],
    bus: RabbitBus | None,
    *,
    host: str,
    port: int,
    on_ready: Callable[[int], None],
    drain_seconds: float = 0,
) -> None:
    for worker in workers:
        worker.start()
    try:
        serve(web, host=host, port=port, on_ready=on_ready, drain_seconds=drain_seconds)
    finally:
        _stop(workers, bus)


def _stop(workers: Sequence[Worker], bus: RabbitBus | None) -> None:
    deadline = time.monotonic() + _STOP_SECONDS
    for worker in workers:
        worker.ask_to_stop()
    if bus is not None:
        bus.stop()
    for worker in workers:
        worker.stop(seconds=max(0.1, deadline - time.monotonic()))
