"""`python -m gateway serve | check | settings`: the gateway as a process of its own, in front of services over HTTP."""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Mapping

from starlette.types import ASGIApp

from chassis.messaging.rabbitmq import RabbitBus
from chassis.messaging.rabbitmq.probe import broker_probe
from chassis.process.check_command import add_check_command, say_findings
from chassis.process.settings_command import add_settings_command, complain, say, say_problems, say_settings
from chassis.runtime.logs import configure_logs
from chassis.runtime.metrics import Metrics
from chassis.runtime.probes import Probe, run_probes
from chassis.runtime.settings import SettingsError, read_settings
from chassis.runtime.span_export import traces_from
from chassis.web.health import Health
from chassis.web.server import Management, serve
from chassis.web.spec import Spec, load_spec
from gateway.app import build
from gateway.documents import ServiceUnreachableError, fetch_documents, refetch_documents
from gateway.event_handler import PATTERNS, EventHandler
from gateway.event_stream import EventStreams
from gateway.idempotency import accepts_idempotency_key
from gateway.probes import service_probe
from gateway.reloading import DocumentWatcher, ReloadingApp
from gateway.service_tokens import ServiceTokenCache
from gateway.settings import GatewaySettings
from gateway.token_exchange import HttpTokenExchange
from gateway.upstream import HttpUpstream


def main() -> int:
    """Run a command; return the exit status."""
    options = _parser().parse_args()
    if options.command == "settings":
        return say_settings("gateway", (GatewaySettings,), options)
    try:
        settings = read_settings(GatewaySettings, os.environ)
    except SettingsError as error:
        return say_problems("gateway", error, options)
    configure_logs(settings.log_level)
    if options.command == "check":
        return say_findings(run_probes(_probes(settings)), options, say=say)
    return _serve(settings)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m gateway")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("serve", help="answer requests")
    add_check_command(commands)
    add_settings_command(commands)
    return parser


def _probes(settings: GatewaySettings) -> list[Probe]:
    probes = [service_probe(name, address) for name, address in settings.services.items()]
    return [*probes, *([broker_probe(settings.broker)] if settings.broker else [])]


def _serve(settings: GatewaySettings) -> int:
    metrics = Metrics(spans=traces_from(settings))
    try:
        specs = fetch_documents(settings.services)
    except ServiceUnreachableError as error:
        complain([str(error)])
        return 1
    exchange = HttpTokenExchange(settings.auth, settings.gateway_keys[0])
    streams = EventStreams()
    service_tokens = ServiceTokenCache(exchange, time.time, events_arrive=lambda: bus is not None and bus.listening)
    on_event = EventHandler(streams, service_tokens)
    bus = _bus(settings, on_event, metrics)
    upstreams = {
        name: HttpUpstream(address, accepts_idempotency_key=accepts_idempotency_key(specs.get(name, {"paths": {}})))
        for name, address in settings.services.items()
    }

    health = Health(metrics, {}, optional_checks={"broker": bus.check_listening} if bus else {})

    def build_app(specs: Mapping[str, Spec]) -> ASGIApp:
        return build(
            streams=streams,
            own_spec=load_spec("gateway"),
            specs=specs,
            upstreams=upstreams,
            service_tokens=service_tokens,
            metrics=metrics,
            health=health,
            url=settings.url,
            development=settings.environment == "development",
            hsts_subdomains=settings.hsts_subdomains,
            gateway_key=settings.gateway_keys[0],
            proxies=settings.proxies,
        )

    web = ReloadingApp(build_app, specs)
    watcher = DocumentWatcher(web, lambda: refetch_documents(settings.services))
    if bus is not None:
        bus.listen(lambda event: on_event(event.type, event.data))
    watcher.start()
    serve(
        web,
        host=settings.host,
        port=settings.port,
        drain_seconds=settings.drain_seconds,
        on_ready=lambda port: say(f"gateway is ready on port {port}"),
        on_exit=streams.close,
        management=Management(health, settings.management_port),
    )
    watcher.ask_to_stop()
    if bus is not None:
        bus.stop()
    metrics.spans.close()
    return 0


def _bus(settings: GatewaySettings, on_event: EventHandler, metrics: Metrics) -> RabbitBus | None:
    """Return the bus whose events update open pages; without a broker, pages show changes when they are loaded again."""
    if settings.broker is None:
        return None
    return RabbitBus(
        "gateway", settings.broker, metrics=metrics, known={}, patterns=PATTERNS, listen_seconds=0, on_gap=on_event.catch_up
    )


if __name__ == "__main__":
    sys.exit(main())
