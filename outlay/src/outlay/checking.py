"""What `outlay check` tries: all that the home process would connect to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from chassis.bus.rabbitmq.probing import broker_probe
from chassis.first_look import probes_of
from chassis.probes import Probe, folder_probe
from chassis.service import Service
from outlay.settings import HomeSettings


def home_probes(settings: HomeSettings, services: Iterable[Service], assistant: Iterable[Probe]) -> list[Probe]:
    """Return the probes of each service under its name, of the broker if there is one, and of the data folder."""
    own = [replace(probe, name=f"{service.name}: {probe.name}") for service in services for probe in probes_of(service)]
    own += [replace(probe, name=f"assistant: {probe.name}") for probe in assistant]
    broker = [broker_probe(settings.broker)] if settings.broker else []
    return [folder_probe("data folder", settings.data.resolve()), *own, *broker]
