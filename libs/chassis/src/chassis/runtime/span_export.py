"""Where spans go according to the settings."""

from __future__ import annotations

from chassis.runtime.settings import CommonSettings
from chassis.runtime.tracing import NO_SPANS, Spans


def traces_from(settings: CommonSettings) -> Spans:
    """Return where spans go according to the settings. Called once, by a composition root, which closes it at the end."""
    if not settings.traces:
        return NO_SPANS
    # OpenTelemetry takes a quarter of a second and 20 MB to import.
    from chassis.runtime.otlp import OtlpSpans

    return OtlpSpans(settings.traces, ratio=settings.traces_sample)
