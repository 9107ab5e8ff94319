"""`python -m gateway serve`: the gateway as a process of its own, in front of services behind HTTP."""

from __future__ import annotations

import os
import sys

from chassis.bus.rabbitmq import RabbitBus
from chassis.logs import configure_logs
from chassis.metrics import Metrics
from chassis.server import serve
from chassis.settings import SettingsError, read_settings
from chassis.spec import load_spec
from chassis.traces import traces_from
from gateway.adapters.documents import ServiceAwayError, fetch_documents
from gateway.adapters.exchange import HttpExchange
from gateway.adapters.http import HttpUpstream
from gateway.app import build
from gateway.domain.hub import SHOWN, Hub
from gateway.settings import GatewaySettings


def main() -> int:
    """Serve; return the exit status."""
    if sys.argv[1:] != ["serve"]:
        _complain("usage: python -m gateway serve")
        return 2
    try:
        settings = read_settings(GatewaySettings, os.environ)
    except SettingsError as error:
        _complain("\n  ".join(["The gateway cannot start with these settings:", *error.problems]))
        return 2
    configure_logs(settings.log_level)
    metrics = Metrics(spans=traces_from(settings))
    try:
        specs = fetch_documents(settings.services)
    except ServiceAwayError as error:
        _complain(str(error))
        return 1
    hub = Hub()
    bus = _bus(settings, hub, metrics)
    web = build(
        hub=hub,
        front_spec=load_spec("gateway"),
        specs=specs,
        upstreams={name: HttpUpstream(address) for name, address in settings.services.items()},
        exchange=HttpExchange(settings.auth),
        metrics=metrics,
        checks={},
        wishes={"broker": bus.check_listening} if bus else {},
        secure=settings.url.startswith("https:"),
        proxies=settings.proxies,
    )
    if bus is not None:
        bus.listen(lambda event: hub.tell(event.type, event.data))
    serve(web, host=settings.host, port=settings.port, on_ready=_say_ready, on_exit=hub.close)
    if bus is not None:
        bus.stop()
    metrics.spans.close()
    return 0


def _bus(settings: GatewaySettings, hub: Hub, metrics: Metrics) -> RabbitBus | None:
    """What open browsers are told comes from the broker; without one, pages show what is new when they are loaded."""
    if settings.broker is None:
        return None
    patterns = [f"{beginning}#" for beginning in SHOWN]
    return RabbitBus("gateway", settings.broker, metrics=metrics, known={}, patterns=patterns, listen_seconds=0, on_gap=hub.refresh)


def _say_ready(port: int) -> None:
    print(f"gateway is ready on port {port}", flush=True)  # noqa: T201


def _complain(text: str) -> None:
    print(text, file=sys.stderr, flush=True)  # noqa: T201  this is the command line


if __name__ == "__main__":
    sys.exit(main())
