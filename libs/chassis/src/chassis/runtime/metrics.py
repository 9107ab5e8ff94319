"""What a process tells about itself: meters at /metrics, and spans. Names and labels of the meters are in this one place."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.platform_collector import PlatformCollector
from prometheus_client.process_collector import ProcessCollector

from chassis.runtime.tracing import NO_SPANS, Spans

log = logging.getLogger("outlay.metrics")

_HOPS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800)
"""Seconds; from a hop in a healthy suite to the longest delay before another attempt."""


class Metrics:
    """The meters of one process; `service` is a label, since one process may hold the whole suite."""

    def __init__(self, *, spans: Spans = NO_SPANS) -> None:
        """Make all meters in a registry of their own, so that a test can have many. `spans` is where traces go."""
        self.spans = spans
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        PlatformCollector(registry=self.registry)
        registry = self.registry
        self.requests = Counter(
            "outlay_requests", "Requests answered.", ["service", "method", "route", "status"], registry=registry
        )
        self.latency = Histogram(
            "outlay_request_seconds",
            "Time to answer a request.",
            ["service", "route"],
            registry=registry,
            buckets=(0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10),
        )
        self.outbox_age = Gauge(
            "outlay_outbox_oldest_seconds", "Age of the oldest event not yet sent.", ["service"], registry=registry
        )
        self.events = Counter(
            "outlay_events", "Events by outcome: handled, retried, dead.", ["queue", "type", "outcome"], registry=registry
        )
        self.delivery = Histogram(
            "outlay_event_delivery_seconds",
            "Time from the moment an event happened to the moment it was handled.",
            ["queue"],
            registry=registry,
            buckets=_HOPS,
        )
        self.alerts = Histogram(
            "outlay_alert_seconds",
            "Time from the expense that takes a budget over a threshold until the provider accepts the email.",
            ["kind"],
            registry=registry,
            buckets=_HOPS,
        )
        self.queue_depth = Gauge(
            "outlay_queue_depth", "Events by state: waiting, retrying, dead.", ["queue", "state"], registry=registry
        )
        self.branches = Counter(
            "outlay_document_branches",
            "Documents with conflicting revisions: found by a reader, refused to a writer, settled for a writer that died.",
            ["service", "outcome"],
            registry=registry,
        )
        self.mails = Counter("outlay_mails", "Emails by kind and state.", ["kind", "state"], registry=registry)
        self.assistant_answers = Counter(
            "outlay_assistant_answers", "Answers of the assistant.", ["adapter", "intent", "outcome"], registry=registry
        )
        self.assistant_latency = Histogram(
            "outlay_assistant_answer_seconds",
            "Time from a message to the complete answer.",
            ["adapter"],
            registry=registry,
            buckets=(0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 1, 2, 3, 5, 10),
        )
        self.assistant_fallbacks = Counter(
            "outlay_assistant_fallbacks",
            "Messages that the built-in assistant answered for Watson Assistant, by reason.",
            ["reason"],
            registry=registry,
        )
        self.blind = Gauge(
            "outlay_measurements_failing",
            "Measurements that failed because a store or the broker was unreachable.",
            registry=registry,
        )
        self._writing = threading.Lock()
        self._measurements: list[Callable[[], None]] = []

    def measure_with(self, measurement: Callable[[], None]) -> None:
        """Call this before each page, so that gauges are read when somebody looks and not all the time."""
        self._measurements.append(measurement)

    def page(self) -> bytes:
        """Return the page in Prometheus's text format; what cannot be measured now is left out, and counted."""
        with self._writing:
            for gauge in (self.outbox_age, self.queue_depth):
                gauge.clear()  # a stale value would look current
            self.blind.set(sum(not _taken(measurement) for measurement in self._measurements))
            return generate_latest(self.registry)


def _taken(measurement: Callable[[], None]) -> bool:
    try:
        measurement()
    except Exception as error:  # whatever a store raises: the counters matter most then
        log.warning("cannot measure", extra={"reason": str(error)})
        return False
    return True
