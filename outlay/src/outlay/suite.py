"""Composition root of the suite in one process: five services, one embedded bus, one data folder."""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass, field
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
from chassis.ids import uuid7
from chassis.metrics import Metrics
from chassis.relay import ALONE, Relay
from chassis.settings import read_settings
from chassis.spec import load_spec
from chassis.traces import Spans, traces_from
from chassis.vault import Vault, key_in
from gateway.adapters.exchange import DirectExchange
from gateway.mailbox import DevelopmentMail
from notifier.adapters.mailers import mailbox_of, mailer_from
from outlay.settings import SERVICES, HomeSettings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.types import ASGIApp

    from chassis.service import Service
    from chassis.worker import Worker
    from gateway.domain.hub import Hub
    from notifier.adapters.folder import FolderMailbox

log = logging.getLogger("outlay.suite")

_TIDY_SECONDS = 3600.0
_FIRST_TIDY_SECONDS = 60.0
"""So that a machine that is switched off every evening is tidied too."""


@dataclass
class Suite:
    """Everything that runs, in the order in which it starts."""

    web: ASGIApp
    hub: Hub
    bus: EmbeddedBus
    services: tuple[Service, ...]
    relays: tuple[Relay, ...]
    spans: Spans
    _stopping: threading.Event = field(default_factory=threading.Event)

    def start(self) -> None:
        """Start consumers before relays, so that nothing waits for a listener."""
        self.bus.start()
        for worker in self._workers():
            worker.start()
        for relay in self.relays:
            relay.start()
        threading.Thread(target=self._tidy, name="tidy", daemon=True).start()

    def stop(self) -> None:
        """Finish what is in hand; what is not is found again at the next start."""
        self._stopping.set()
        self.hub.close()
        for relay in self.relays:
            relay.stop()
        self.bus.stop()
        for worker in self._workers():
            worker.stop()
        for service in self.services:
            service.close()
        self.spans.close()

    def _workers(self) -> list[Worker]:
        return [worker for service in self.services for worker in service.workers]

    def _tidy(self) -> None:
        wait = _FIRST_TIDY_SECONDS
        while not self._stopping.wait(wait):
            wait = _TIDY_SECONDS
            for service in self.services:
                try:
                    service.tidy()
                except Exception as error:  # tidying can wait
                    log.warning("tidying fails", extra={"service": service.name, "reason": str(error)})


def build_suite(settings: HomeSettings, environ: Mapping[str, str]) -> Suite:
    """Build the suite on the data folder, and bring its stores to the newest schema.

    Raises:
        SettingsError: if a service's settings do not fit.
    """
    folder = settings.data.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    vault = Vault(settings.data_key or key_in(folder / "keys" / "data.key"))
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
    bus = EmbeddedBus(folder / "bus.db", [queue for service in services for queue in service.queues], metrics=metrics)
    metrics.measure_with(bus.depths)
    relays = tuple(Relay(s.name, s.outbox, bus.publish, metrics, bell=bells[s.name]) for s in services)
    for relay in relays:
        metrics.measure_with(relay.measure)
    entrance = gateway.app.build(
        front_spec=load_spec("gateway"),
        specs={name: load_spec(name) for name in SERVICES},
        upstreams={service.name: service.web for service in services},
        exchange=DirectExchange(who.exchange),
        metrics=metrics,
        checks={service.name: service.check for service in services},
        secure=settings.secure,
        mail=_development_mail(settings, mailbox_of(mailer)),
    )
    bus.listen(lambda event: entrance.hub.tell(event.type, event.data))
    return Suite(entrance.web, entrance.hub, bus, services, relays, metrics.spans)


def _development_mail(settings: HomeSettings, mailbox: FolderMailbox | None) -> DevelopmentMail | None:
    if settings.environment != "development" or mailbox is None:
        return None
    return DevelopmentMail(mailbox.newest, mailbox.read)
