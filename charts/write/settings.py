"""Which settings each process reads, for the lists `reads` in the suite's values."""

from __future__ import annotations

import re
import textwrap
from dataclasses import fields

from auth.settings import AuthSettings
from budgets.settings import BudgetsSettings
from chassis.command import ProcessSettings
from expenses.settings import ExpensesSettings
from gateway.settings import GatewaySettings
from notifier.settings import NotifierSettings
from outlay.settings import HomeSettings

OF_LIBRARIES = {"OTEL_EXPORTER_OTLP_HEADERS"}
"""Read by OpenTelemetry itself; docs/observability.md names it."""
_SERVICES = (AuthSettings, ExpensesSettings, BudgetsSettings, NotifierSettings)
PROCESSES: dict[str, tuple[type, ...]] = {
    "auth": (ProcessSettings, AuthSettings),
    "expenses": (ProcessSettings, ExpensesSettings),
    "budgets": (ProcessSettings, BudgetsSettings),
    "notifier": (ProcessSettings, NotifierSettings),
    "gateway": (GatewaySettings,),
    "home": (HomeSettings, *_SERVICES),
}


def settings_of(process: str) -> list[str]:
    """Return the names of all settings that a process reads."""
    return sorted({field.metadata["name"] for kind in PROCESSES[process] for field in fields(kind)} | OF_LIBRARIES)


def secret_settings() -> set[str]:
    """Return the names of all settings that may hold a secret."""
    kinds = {kind for some in PROCESSES.values() for kind in some}
    return {field.metadata["name"] for kind in kinds for field in fields(kind) if field.metadata.get("secret")}


def with_reads(values: str) -> str:
    """Return the suite's values.yaml with the settings that each service reads."""
    for process in PROCESSES:
        text = textwrap.fill(", ".join(settings_of(process)), width=124, initial_indent="    ", subsequent_indent="    ")
        block = re.compile(rf"(^{process}:\n(?:[ #].*\n|\n)*?  reads: )\[[^\]]*\]", re.MULTILINE)
        values, found = block.subn(lambda match, text=text: f"{match[1]}[\n{text}\n  ]", values)
        if not found:
            message = f"charts/outlay/values.yaml: {process} has no line `reads: []`"
            raise SystemExit(message)
    return values
