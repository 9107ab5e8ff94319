"""The metrics of answers."""

from __future__ import annotations

import re

from chassis.runtime.metrics import Metrics

_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")


class AnswerMetrics:
    """Counts answers, and messages that fell back to the built-in assistant."""

    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics

    def answered(self, adapter: str, intent: str, outcome: str, seconds: float) -> None:
        """Count an answer. An intent that is not a plain name, as Watson's actions may have, counts as `other`."""
        known = intent if _NAME.fullmatch(intent) else "other"
        self._metrics.assistant_answers.labels(adapter, known, outcome).inc()
        self._metrics.assistant_latency.labels(adapter).observe(seconds)

    def fell_back(self, reason: str) -> None:
        """Count a message that the chosen assistant did not answer."""
        self._metrics.assistant_fallbacks.labels(reason).inc()
