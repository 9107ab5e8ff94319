"""The metrics page while something cannot be measured."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from chassis.runtime.metrics import Metrics

if TYPE_CHECKING:
    import pytest


class Store:
    """Says how old its oldest event is, while it is there."""

    def __init__(self, metrics: Metrics, name: str) -> None:
        self._age, self._name, self.there = metrics.outbox_age, name, True

    def measure(self) -> None:
        if not self.there:
            raise ConnectionError("the store is unreachable")
        self._age.labels(self._name).set(3)


def test_a_missing_store_removes_only_its_own_figure(caplog: pytest.LogCaptureFixture) -> None:
    metrics = Metrics()
    stores = [Store(metrics, name) for name in ("auth", "expenses")]
    for store in stores:
        metrics.measure_with(store.measure)
    assert both(metrics.page()) == [True, True]
    assert b"outlay_measurements_failing 0.0" in metrics.page()

    stores[0].there = False
    with caplog.at_level(logging.WARNING, "outlay.metrics"):
        page = metrics.page()
    assert both(page) == [False, True], "the last figure would look like a good one"
    assert b"outlay_measurements_failing 1.0" in page
    assert b"process_resident_memory_bytes" in page
    assert [record.reason for record in caplog.records] == ["the store is unreachable"]  # type: ignore[attr-defined]

    stores[0].there = True
    assert both(metrics.page()) == [True, True]
    assert b"outlay_measurements_failing 0.0" in metrics.page()


def both(page: bytes) -> list[bool]:
    return [b'outlay_outbox_oldest_seconds{service="%s"} 3.0' % name in page for name in (b"auth", b"expenses")]
