"""Finishes what is pending before an export: events are delivered as if Outlay ran, but no requests are answered."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

from chassis.messaging.broker_settings import BrokerSettings
from chassis.runtime.settings import read_settings
from outlay.settings import HomeSettings
from outlay.transfer.data_set import DataSet

_SECONDS = 60.0


def deliver_pending(data_set: DataSet, settings: HomeSettings, environ: Mapping[str, str], *, say: Callable[[str], None]) -> None:
    """Deliver pending events for up to a minute; `export_to` refuses to go on if any are left.

    With a broker, the services' own processes deliver them.
    """
    if read_settings(BrokerSettings, environ).broker is not None:
        return
    for service in data_set.services:
        service.migrate()
    if any(service.import_mark.is_set() for service in data_set.services) or not data_set.pending():
        return
    from outlay.suite import build_suite

    say("Some events are still pending; they are delivered first.")
    suite = build_suite(settings, environ)
    suite.start()
    try:
        _wait(data_set)
        suite.stop_workers()  # a sent email publishes an event
        _wait(data_set)
    finally:
        suite.stop()


def _wait(data_set: DataSet) -> None:
    deadline = time.monotonic() + _SECONDS
    while data_set.pending() and time.monotonic() < deadline:
        time.sleep(0.1)
