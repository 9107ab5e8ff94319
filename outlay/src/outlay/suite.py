"""Composition root of the suite in one process: six services, one bus, one data folder or what is bound instead."""

from __future__ import annotations

import secrets
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import assistant.app
import auth.app
import budgets.app
import expenses.app
import gateway.app
import notifier.app
from assistant.builtin import BuiltIn
from assistant.tools.client import new_client
from chassis.messaging.embedded import EmbeddedBus
from chassis.messaging.rabbitmq import RabbitBus
from chassis.messaging.relay import ALONE, Relay
from chassis.process.cleanup import Cleanup
from chassis.runtime.clock import clock_from
from chassis.runtime.ids import uuid7
from chassis.runtime.metrics import Metrics
from chassis.runtime.span_export import traces_from
from chassis.runtime.tracing import Spans
from chassis.security.data_keys import encryptor_from
from chassis.security.tokens import TokenVerifier
from chassis.web.health import Health
from chassis.web.spec import load_spec
from gateway.development_mail import DevelopmentMail
from gateway.event_handler import PATTERNS, EventHandler
from gateway.event_stream import EventStreams
from gateway.service_tokens import ServiceTokenCache
from gateway.token_exchange import DirectTokenExchange
from notifier.delivery.mailers.choice import mailbox_of, mailer_from
from outlay.folder import keep_private
from outlay.in_process_client import InProcess
from outlay.log_truncation import LogTruncation
from outlay.migrate import Migrating
from outlay.service_settings import read_all
from outlay.settings import SERVICES, HomeSettings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from starlette.types import ASGIApp

    from assistant.settings import AssistantSettings
    from chassis.messaging.events import Event
    from chassis.process.service import Service
    from chassis.runtime.probes import Probe
    from chassis.runtime.worker import Worker
    from chassis.security.encryption import Encryptor
    from notifier.delivery.mailer import Mailer
    from notifier.delivery.mailers.folder import FolderMailbox


@dataclass
class Suite:
    """Everything that runs, in the order in which it starts."""

    web: ASGIApp
    health: Health
    """What operators ask, who are told more than whoever asks `web`."""
    streams: EventStreams
    bus: EmbeddedBus | RabbitBus
    services: tuple[Service, ...]
    assistant: Assistant
    relays: tuple[Relay, ...]
    spans: Spans
    encryptor: Encryptor
    caretakers: tuple[Worker, ...]

    def start(self) -> None:
        """Start consumers before relays, so that nothing waits for a listener."""
        self.bus.start()
        for worker in self._workers():
            worker.start()
        for relay in self.relays:
            relay.start()

    def rest(self) -> None:
        """Begin nothing by itself any more; what is on its way is still delivered, until `stop`."""
        for worker in self._workers():
            worker.stop()

    def stop(self) -> None:
        """Finish what is in hand; what is not is found again at the next start."""
        self.streams.close()
        for relay in self.relays:
            relay.stop()
        self.bus.stop()
        for worker in self._workers():
            worker.stop()
        self.close()

    def close(self) -> None:
        """Let go of stores, bus and collector, if it never started."""
        if isinstance(self.bus, EmbeddedBus):
            self.bus.close()
        self.assistant.close()
        for service in self.services:
            service.close()
        self.spans.close()

    def _workers(self) -> list[Worker]:
        return [*(worker for service in self.services for worker in service.workers), *self.caretakers]


@dataclass(frozen=True)
class Assistant:
    """The assistant, which has no store, and its way to the public API of this process."""

    service: assistant.app.AssistantService
    api: InProcess

    def probes(self) -> Sequence[Probe]:
        """Return what `check` tries of it."""
        return self.service.probes()

    def close(self) -> None:
        """Let go of everything."""
        self.service.close()
        self.api.close()


@dataclass(frozen=True)
class Built:
    """The services, connected to nothing yet."""

    who: auth.app.AuthService
    services: tuple[Service, ...]
    assistant: Assistant
    bells: Mapping[str, threading.Event]
    encryptor: Encryptor
    metrics: Metrics
    mailer: Mailer
    gateway_key: str
    """By which the gateway of this process proves itself to auth."""

    def close(self) -> None:
        """Let go of all stores."""
        self.assistant.close()
        for service in self.services:
            service.close()


def build_services(settings: HomeSettings, environ: Mapping[str, str]) -> Built:
    """Build the services on the data folder, or on what is set or bound instead.

    Raises:
        SettingsError: if their settings do not fit.
        KeyProtectError: if a data key cannot be unwrapped.
    """
    folder = settings.data.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    keep_private(folder)
    own = read_all(settings, environ)
    encryptor = encryptor_from(settings, file=settings.key_file)
    metrics = Metrics(spans=traces_from(settings))
    bells = {name: threading.Event() for name in SERVICES}
    common: dict[str, Any] = {
        "encryptor": encryptor,
        "metrics": metrics,
        "clock": clock_from(settings.clock),
        "ids": uuid7,
        "quiet": True,
    }
    common["validate_responses"] = environ.get("OUTLAY_VALIDATE_RESPONSES") == "true"
    # With a broker there may be several of this process, which must not take each other's claims for their own.
    owner = {} if settings.broker is None else {"relay_owner": f"home:{uuid7()}"}

    def shared(name: str) -> dict[str, Any]:
        return {**common, "wake": bells[name].set, **owner}

    gateway_key = secrets.token_hex(32)
    who = auth.app.build(own.auth, gateway_keys=(gateway_key,), **shared("auth"))

    def tables(name: str) -> dict[str, Any]:
        return {"relay_owner": ALONE, **shared(name), "verify": TokenVerifier(who.jwks, name)}

    mailer = mailer_from(own.notifier, common["clock"])
    services = (
        who.service,
        expenses.app.build(own.expenses, **tables("expenses")),
        budgets.app.build(own.budgets, **tables("budgets")),
        notifier.app.build(own.notifier, mailer=mailer, **tables("notifier")),
    )
    return Built(who, services, _assistant(settings, own.assistant, common, who), bells, encryptor, metrics, mailer, gateway_key)


def _assistant(settings: HomeSettings, own: AssistantSettings, common: Mapping[str, Any], who: auth.app.AuthService) -> Assistant:
    api = InProcess()
    given = {name: common[name] for name in ("encryptor", "metrics", "clock", "ids", "quiet", "validate_responses")}
    service = assistant.app.build(
        own,
        verify=TokenVerifier(who.jwks, "assistant"),
        builtin=BuiltIn(new_id=common["ids"]),
        tools_of=assistant.app.tools_from(new_client(settings.public_url, api)),
        url=settings.public_url,
        **given,
    )
    return Assistant(service, api)


def build_suite(settings: HomeSettings, environ: Mapping[str, str]) -> Suite:
    """Build the suite, and bring its stores to the newest schema.

    Raises:
        SettingsError: if a service's settings do not fit.
        SchemaTooNewError: if a store is of a newer version.
        UnknownKeyError: if something is encrypted with a data key that is not configured.
    """
    built = build_services(settings, environ)
    services, metrics = built.services, built.metrics
    migrating = Migrating(services)
    try:
        migrating.migrate()
    except BaseException:
        built.close()
        raise
    streams = EventStreams()
    service_tokens = ServiceTokenCache(
        DirectTokenExchange(built.who.exchange), time.time, events_arrive=lambda: isinstance(bus, EmbeddedBus) or bus.listening
    )
    on_gateway_event = EventHandler(streams, service_tokens)
    bus = _bus(settings, built, on_gateway_event)
    metrics.measure_with(bus.depths)
    alone = settings.broker is None
    relays = tuple(Relay(s.name, s.outbox, bus.publish, metrics, wake_up=built.bells[s.name], alone=alone) for s in services)
    for relay in relays:
        metrics.measure_with(relay.measure)
    optional_checks = {**_optional_checks(services, bus), **built.assistant.service.optional_checks}
    health = Health(metrics, {service.name: service.check for service in services}, optional_checks=optional_checks)
    entrance = gateway.app.build(
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
    built.assistant.api.lead_to(entrance)
    wiping = LogTruncation(settings.data.resolve())

    def on_event(event: Event) -> None:
        on_gateway_event(event.type, event.data)
        if event.type == "user.deleted":
            wiping.hurry()

    bus.listen(on_event)
    caretakers = (migrating, Cleanup(services), wiping)
    return Suite(entrance, health, streams, bus, services, built.assistant, relays, metrics.spans, built.encryptor, caretakers)


def _bus(settings: HomeSettings, built: Built, on_gateway_event: EventHandler) -> EmbeddedBus | RabbitBus:
    queues = [queue for service in built.services for queue in service.queues]
    if settings.broker is None:
        return EmbeddedBus(settings.data.resolve() / "bus.db", queues, metrics=built.metrics)

    def wake() -> None:
        for wake_up in built.bells.values():
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
