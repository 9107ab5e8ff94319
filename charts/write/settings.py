"""Which settings each process reads, for the lists `reads` in the suite's values."""

from __future__ import annotations

import re
import textwrap

from outlay.settings_catalogue import by_process

OF_LIBRARIES = {"OTEL_EXPORTER_OTLP_HEADERS"}
"""Read by OpenTelemetry itself; docs/operate/observability.md names it."""
PROCESSES = ("auth", "expenses", "budgets", "notifier", "assistant", "gateway", "home")


def settings_of(process: str) -> list[str]:
    """Return the names of all settings that a process reads."""
    return sorted({str(entry["name"]) for entry in by_process()[process]} | OF_LIBRARIES)


def secret_settings() -> set[str]:
    """Return the names of all settings that may hold a secret."""
    return {str(entry["name"]) for entries in by_process().values() for entry in entries if entry["secret"]}


def required_settings(process: str) -> set[str]:
    """Return the names of the settings without which a process does not start."""
    return {str(entry["name"]) for entry in by_process()[process] if entry["required"]}


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
