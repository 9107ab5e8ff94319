"""The probes of `outlay check`: everything that the home process connects to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from chassis.messaging.rabbitmq.probe import broker_probe
from chassis.process.service import Service
from chassis.process.startup_checks import probes_of
from chassis.runtime.probes import Probe, folder_probe
from outlay.settings import HomeSettings


def home_probes(settings: HomeSettings, services: Iterable[Service], assistant: Iterable[Probe]) -> list[Probe]:
    """Return the probes of each service under its name, of the broker if there is one, and of the data folder."""
    own = [replace(probe, name=f"{service.name}: {probe.name}") for service in services for probe in probes_of(service)]
    own += [replace(probe, name=f"assistant: {probe.name}") for probe in assistant]
    broker = [broker_probe(settings.broker)] if settings.broker else []
    return [folder_probe("data folder", settings.data.resolve()), *own, *broker]
