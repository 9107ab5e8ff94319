"""Composition root of the suite in one process: six services, one bus, one data folder or bound stores."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from starlette.types import ASGIApp

import gateway.app
from chassis.messaging.embedded import EmbeddedBus
from chassis.messaging.events import Event
from chassis.messaging.rabbitmq import RabbitBus
from chassis.messaging.relay import Relay
from chassis.process.cleanup import Cleanup
from chassis.process.service import Service
from chassis.runtime.tracing import Spans
from chassis.runtime.worker import Worker
from chassis.security.encryption import Encryptor
from chassis.web.health import Health
from chassis.web.spec import load_spec
from gateway.development_mail import DevelopmentMail
from gateway.event_handler import PATTERNS, EventHandler
from gateway.event_stream import EventStreams
from gateway.service_tokens import ServiceTokenCache
from gateway.token_exchange import DirectTokenExchange
from notifier.delivery.mailers.choice import mailbox_of
from notifier.delivery.mailers.folder import FolderMailbox
from outlay.log_truncation import LogTruncation
from outlay.migrate import PendingMigrations
from outlay.services import Assistant, Services, build_services
from outlay.settings import SERVICES, HomeSettings


@dataclass
class Suite:
    """Everything that runs, in the order in which it starts."""

    web: ASGIApp
    health: Health
    """The health checks for operators, with more details than `web` shows the public."""
    streams: EventStreams
    bus: EmbeddedBus | RabbitBus
    services: tuple[Service, ...]
    assistant: Assistant
    relays: tuple[Relay, ...]
    spans: Spans
    encryptor: Encryptor
    background: tuple[Worker, ...]

    def start(self) -> None:
        """Start everything; consumers come before relays, so that no event waits for a consumer."""
        self.bus.start()
        for worker in self._workers():
            worker.start()
        for relay in self.relays:
            relay.start()

    def stop_workers(self) -> None:
        """Stop the background work; events are still delivered until `stop`."""
        for worker in self._workers():
            worker.stop()

    def stop(self) -> None:
        """Finish current work and stop; the rest continues at the next start."""
        self.streams.close()
        for relay in self.relays:
            relay.stop()
        self.bus.stop()
        for worker in self._workers():
            worker.stop()
        self.close()

    def close(self) -> None:
        """Close stores, bus and trace export; enough for a suite that was never started."""
        if isinstance(self.bus, EmbeddedBus):
            self.bus.close()
        self.assistant.close()
        for service in self.services:
            service.close()
        self.spans.close()

    def _workers(self) -> list[Worker]:
        return [*(worker for service in self.services for worker in service.workers), *self.background]


def build_suite(settings: HomeSettings, environ: Mapping[str, str]) -> Suite:
    """Build the suite and migrate its stores to the newest schema.

    Raises:
        SettingsError: if a service's settings are invalid.
        SchemaTooNewError: if a store was written by a newer version.
        UnknownKeyError: if something is encrypted with a data key that is not configured.
    """
    built = build_services(settings, environ)
    services, metrics = built.services, built.metrics
    migration = PendingMigrations(services)
    try:
        migration.migrate()
    except BaseException:
        built.close()
        raise
    streams = EventStreams()
    service_tokens = ServiceTokenCache(
        DirectTokenExchange(built.auth_service.exchange),
        time.time,
        events_arrive=lambda: isinstance(bus, EmbeddedBus) or bus.listening,
    )
    on_gateway_event = EventHandler(streams, service_tokens)
    bus = _bus(settings, built, on_gateway_event)
    metrics.measure_with(bus.measure)
    alone = settings.broker is None
    relays = tuple(Relay(s.name, s.outbox, bus.publish, metrics, wake_up=built.wake_ups[s.name], alone=alone) for s in services)
    for relay in relays:
        metrics.measure_with(relay.measure)
    optional_checks = {**_optional_checks(services, bus), **built.assistant.service.optional_checks}
    health = Health(metrics, {service.name: service.check for service in services}, optional_checks=optional_checks)
    web = gateway.app.build(
        streams=streams,
        own_spec=load_spec("gateway"),
        specs={name: load_spec(name) for name in SERVICES},
        upstreams={**{service.name: service.web for service in services}, "assistant": built.assistant.service.web},
        service_tokens=service_tokens,
        metrics=metrics,
        health=health,
        url=settings.public_url,
        development=settings.environment == "development",
        hsts_subdomains=settings.hsts_subdomains,
        gateway_key=built.gateway_key,
        proxies=settings.proxies,
        mail=_development_mail(settings, mailbox_of(built.mailer)),
    )
    built.assistant.api.connect(web)
    log_truncation = LogTruncation(settings.data.resolve())

    def on_event(event: Event) -> None:
        on_gateway_event(event.type, event.data)
        if event.type == "user.deleted":
            log_truncation.truncate_soon()

    bus.listen(on_event)
    background = (migration, Cleanup(services), log_truncation)
    return Suite(web, health, streams, bus, services, built.assistant, relays, metrics.spans, built.encryptor, background)


def _bus(settings: HomeSettings, built: Services, on_gateway_event: EventHandler) -> EmbeddedBus | RabbitBus:
    queues = [queue for service in built.services for queue in service.queues]
    if settings.broker is None:
        return EmbeddedBus(settings.data.resolve() / "bus.db", queues, metrics=built.metrics)

    def wake() -> None:
        for wake_up in built.wake_ups.values():
            wake_up.set()

    return RabbitBus(
        "home",
        settings.broker,
        queues,
        metrics=built.metrics,
        listen_seconds=0,
        patterns=PATTERNS,
        on_ready=wake,
        on_gap=on_gateway_event.catch_up,
    )


def _optional_checks(services: Iterable[Service], bus: EmbeddedBus | RabbitBus) -> dict[str, Callable[[], object]]:
    optional_checks = {name: check for service in services for name, check in service.optional_checks.items()}
    return {**optional_checks, "broker": bus.check_consuming} if isinstance(bus, RabbitBus) else optional_checks


def _development_mail(settings: HomeSettings, mailbox: FolderMailbox | None) -> DevelopmentMail | None:
    if settings.environment != "development" or mailbox is None:
        return None
    return DevelopmentMail(mailbox.newest, mailbox.read)
