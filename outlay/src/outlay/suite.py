"""Composition root of the suite in one process: five services, one embedded bus, one data folder."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import auth.app
import auth.settings
import budgets.app
import budgets.settings
import expenses.app
import expenses.settings
import gateway.app
import notifier.app
import notifier.settings
from chassis.bus.embedded import EmbeddedBus
from chassis.clock import clock_from
from chassis.data_keys import vault_from
from chassis.ids import uuid7
from chassis.metrics import Metrics
from chassis.relay import ALONE, Relay
from chassis.settings import read_settings
from chassis.spec import load_spec
from chassis.tidying import Tidying
from chassis.traces import Spans, traces_from
from gateway.adapters.exchange import DirectExchange
from gateway.domain.hub import Hub
from gateway.mailbox import DevelopmentMail
from notifier.adapters.mailers import mailbox_of, mailer_from
from outlay.settings import SERVICES, HomeSettings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.types import ASGIApp

    from chassis.service import Service
    from chassis.vault import Vault
    from chassis.worker import Worker
    from notifier.adapters.folder import FolderMailbox


@dataclass
class Suite:
    """Everything that runs, in the order in which it starts."""

    web: ASGIApp
    hub: Hub
    bus: EmbeddedBus
    services: tuple[Service, ...]
    relays: tuple[Relay, ...]
    spans: Spans
    vault: Vault
    tidying: Tidying

    def start(self) -> None:
        """Start consumers before relays, so that nothing waits for a listener."""
        self.bus.start()
        for worker in self._workers():
            worker.start()
        for relay in self.relays:
            relay.start()

    def stop(self) -> None:
        """Finish what is in hand; what is not is found again at the next start."""
        self.hub.close()
        for relay in self.relays:
            relay.stop()
        self.bus.stop()
        for worker in self._workers():
            worker.stop()
        self.close()

    def close(self) -> None:
        """Let go of stores and collector, if it never started."""
        for service in self.services:
            service.close()
        self.spans.close()

    def _workers(self) -> list[Worker]:
        return [*(worker for service in self.services for worker in service.workers), self.tidying]


def build_suite(settings: HomeSettings, environ: Mapping[str, str]) -> Suite:
    """Build the suite on the data folder, and bring its stores to the newest schema.

    Raises:
        SettingsError: if a service's settings do not fit.
        KeyProtectError: if a data key cannot be unwrapped.
        UnknownKeyError: if something is sealed with a data key that is not given.
    """
    folder = settings.data.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    vault = vault_from(settings, file=settings.key_file)
    metrics = Metrics(spans=traces_from(settings))
    bells = {name: threading.Event() for name in SERVICES}
    known = {**settings.environment_of_services(), **environ}
    common: dict[str, Any] = {"vault": vault, "metrics": metrics, "clock": clock_from(settings.clock), "ids": uuid7, "quiet": True}
    validate = environ.get("OUTLAY_VALIDATE_RESPONSES") == "true"
    common["validate_responses"] = validate

    def shared(name: str) -> dict[str, Any]:
        return {**common, "wake": bells[name].set}

    who = auth.app.build(read_settings(auth.settings.AuthSettings, known), **shared("auth"))
    table_services = {**common, "verify": who.verify, "relay_owner": ALONE}

    def tables(name: str) -> dict[str, Any]:
        return {**table_services, "wake": bells[name].set}

    spent = expenses.app.build(read_settings(expenses.settings.ExpensesSettings, known), **tables("expenses"))
    meant = budgets.app.build(read_settings(budgets.settings.BudgetsSettings, known), **tables("budgets"))
    notifier_settings = read_settings(notifier.settings.NotifierSettings, known)
    mailer = mailer_from(notifier_settings, common["clock"])
    told = notifier.app.build(notifier_settings, mailer=mailer, **tables("notifier"))
    services = (who.service, spent, meant, told)
    for service in services:
        service.migrate()
        service.check_keys()
    bus = EmbeddedBus(folder / "bus.db", [queue for service in services for queue in service.queues], metrics=metrics)
    metrics.measure_with(bus.depths)
    relays = tuple(Relay(s.name, s.outbox, bus.publish, metrics, bell=bells[s.name], alone=True) for s in services)
    for relay in relays:
        metrics.measure_with(relay.measure)
    hub = Hub()
    entrance = gateway.app.build(
        hub=hub,
        front_spec=load_spec("gateway"),
        specs={name: load_spec(name) for name in SERVICES},
        upstreams={service.name: service.web for service in services},
        exchange=DirectExchange(who.exchange),
        metrics=metrics,
        checks={service.name: service.check for service in services},
        secure=settings.secure,
        mail=_development_mail(settings, mailbox_of(mailer)),
    )
    bus.listen(lambda event: hub.tell(event.type, event.data))
    return Suite(entrance, hub, bus, services, relays, metrics.spans, vault, Tidying(services))


def _development_mail(settings: HomeSettings, mailbox: FolderMailbox | None) -> DevelopmentMail | None:
    if settings.environment != "development" or mailbox is None:
        return None
    return DevelopmentMail(mailbox.newest, mailbox.read)
