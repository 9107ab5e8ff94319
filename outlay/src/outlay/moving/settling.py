"""Lets a home finish before it moves: what is on its way is delivered as if Outlay ran, with the door closed."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from chassis.messaging.broker_settings import BrokerSettings
from chassis.runtime.settings import read_settings

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from outlay.moving.house import House
    from outlay.settings import HomeSettings

_SECONDS = 60.0


def settle(house: House, settings: HomeSettings, environ: Mapping[str, str], *, say: Callable[[str], None]) -> None:
    """Deliver what is on its way, if that is soon done; what is left is for `pack` to refuse.

    Events of services that run as processes of their own are theirs to deliver.
    """
    if read_settings(BrokerSettings, environ).broker is not None:
        return
    for service in house.services:
        service.migrate()
    if any(service.marking.is_set() for service in house.services) or not house.under_way():
        return
    from outlay.suite import build_suite

    say("Something is still on its way; it is delivered first.")
    suite = build_suite(settings, environ)
    suite.start()
    try:
        _wait(house)
        suite.rest()  # who sends a mail tells of it afterwards
        _wait(house)
    finally:
        suite.stop()


def _wait(house: House) -> None:
    deadline = time.monotonic() + _SECONDS
    while house.under_way() and time.monotonic() < deadline:
        time.sleep(0.1)
