"""Counts answers."""

from __future__ import annotations

import re

from chassis.runtime.metrics import Metrics

_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")


class Meters:
    """The meters of the assistant."""

    def __init__(self, metrics: Metrics) -> None:
        """Count in the process's meters."""
        self._metrics = metrics

    def answered(self, adapter: str, intent: str, outcome: str, seconds: float) -> None:
        """Count an answer. An intent that is no name, as an action in Watson Assistant may have it, counts as `other`."""
        known = intent if _NAME.fullmatch(intent) else "other"
        self._metrics.assistant_answers.labels(adapter, known, outcome).inc()
        self._metrics.assistant_latency.labels(adapter).observe(seconds)

    def fell_back(self, reason: str) -> None:
        """Count a message that the built-in assistant answers because the other one does not."""
        self._metrics.assistant_fallbacks.labels(reason).inc()
