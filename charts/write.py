"""`make charts-docs`: writes into the charts what follows from code and values: `reads`, and the tables of the READMEs."""

from __future__ import annotations

import re
import sys
import textwrap
from dataclasses import fields
from pathlib import Path

from auth.settings import AuthSettings
from budgets.settings import BudgetsSettings
from chassis.command import ProcessSettings
from expenses.settings import ExpensesSettings
from gateway.settings import GatewaySettings
from notifier.settings import NotifierSettings
from outlay.settings import HomeSettings

CHARTS = Path(__file__).parent
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


def contents() -> dict[Path, str]:
    """Return what each written file has to be."""
    values = CHARTS / "outlay" / "values.yaml"
    return {values: with_reads(values.read_text("utf-8"))}


def main() -> int:
    """Write them."""
    for path, text in contents().items():
        path.write_text(text, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
