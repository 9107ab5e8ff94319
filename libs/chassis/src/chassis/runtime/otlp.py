"""Sends spans to an OpenTelemetry collector over OTLP/HTTP. Imported only if tracing is on."""

from __future__ import annotations

import logging
import os
import socket
from collections.abc import Sequence
from functools import cache

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.sdk.util.instrumentation import InstrumentationScope
from opentelemetry.trace import SpanContext, SpanKind, Status, StatusCode, TraceFlags

from chassis.runtime.tracing import Kind, Span

log = logging.getLogger("outlay.traces")

_QUEUE = 4096
"""The most spans in the queue, about 4 MB; the oldest are dropped."""
_BATCH = 512
_DELAY_MS = 1000
_TIMEOUT_SECONDS = 5
_CLOSE_MS = 2000
_SCOPE = InstrumentationScope("outlay")
_SAMPLED = TraceFlags(TraceFlags.SAMPLED)
_KINDS = {kind: SpanKind[kind.name] for kind in Kind}
_FINE = Status(StatusCode.UNSET)


class OtlpSpans:
    """Spans in a bounded queue, which a thread sends."""

    on = True

    def __init__(self, endpoint: str, *, ratio: float) -> None:
        """`endpoint` is a collector's address such as http://collector:4318; `ratio` the share of new traces to record."""
        self._exporter = _Calm(OTLPSpanExporter(endpoint=f"{endpoint}/v1/traces", timeout=_TIMEOUT_SECONDS))
        self._bound = round(ratio * 2**64)
        self._processor = BatchSpanProcessor(
            self._exporter, max_queue_size=_QUEUE, schedule_delay_millis=_DELAY_MS, max_export_batch_size=_BATCH
        )

    def chooses(self, trace_id: str) -> bool:
        """Decide by the trace id, so that all processes decide alike."""
        return int(trace_id[16:], 16) < self._bound

    def record(self, span: Span) -> None:
        trace_id = int(span.trace_id, 16)
        parent = SpanContext(trace_id, int(span.parent_id, 16), is_remote=False, trace_flags=_SAMPLED) if span.parent_id else None
        self._processor.on_end(
            ReadableSpan(
                name=span.name,
                context=SpanContext(trace_id, int(span.span_id, 16), is_remote=False, trace_flags=_SAMPLED),
                parent=parent,
                resource=_resource(span.service),
                attributes={**span.attributes, "error.type": span.failure} if span.failure else span.attributes,
                kind=_KINDS[span.kind],
                status=Status(StatusCode.ERROR, span.failure) if span.failure else _FINE,
                start_time=span.started_ns,
                end_time=span.ended_ns,
                instrumentation_scope=_SCOPE,
            )
        )

    def close(self) -> None:
        """Send what is queued, for two seconds at most."""
        self._processor.force_flush(_CLOSE_MS)
        self._exporter.shutdown()  # first, or the processor would try to send what is left for thirty seconds
        self._processor.shutdown()  # type: ignore[no-untyped-call]


class _Calm(SpanExporter):
    """Logs once that the collector is unreachable and once that it is back; the exporter would log each batch."""

    def __init__(self, exporter: SpanExporter) -> None:
        self._exporter, self._away = exporter, False

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        result = self._exporter.export(spans)
        away = result is not SpanExportResult.SUCCESS
        if away and not self._away:
            log.warning("the collector does not accept traces; they are dropped until it does")
        elif self._away and not away:
            log.info("the collector accepts traces again")
        self._away = away
        return result

    def shutdown(self) -> None:
        self._exporter.shutdown()


@cache
def _resource(service: str) -> Resource:
    instance = f"{socket.gethostname()}-{os.getpid()}"
    return Resource({"service.namespace": "outlay", "service.name": service, "service.instance.id": instance})
