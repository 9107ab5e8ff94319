"""A short run: under load, one process of each kind is replaced as a Deployment does it, without a failed request."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx
import pytest

from rolling.browser import Browser, Tally
from rolling.environment import Crowd, RollingEnvironment
from rolling.figures import of_the_chart
from rolling.operations import upgrade_of
from rolling.table import result_of
from testing.servers.ports import free_ports

if TYPE_CHECKING:
    from pathlib import Path

    from testing.servers.broker import Broker


def test_nothing_fails_or_is_lost_while_processes_are_replaced(tmp_path: Path, broker: Broker) -> None:
    with RollingEnvironment(tmp_path, broker, of_the_chart(haste=0.2), replicas=1) as environment:
        crowd = Crowd(environment, threads=2, clients=1, pause=0.4)
        try:
            upgrade_of(environment, ["expenses"])  # from now on new pods are of a newer version, on a newer schema
            environment.fleet.roll(
                ["gateway-serve", "expenses-serve", "auth-serve", "expenses-work", "budgets-work", "notifier-work"], together=3
            )
            evidence = crowd.finish()
            result = result_of(environment, crowd, evidence, missed=crowd.missed())
        finally:
            crowd.close()
    crowd.wait_closed()
    assert result.broken == [], str(result)
    assert environment.fleet.restarts == 6
    assert all(page.breaks for page in crowd.pages), "each open page came back to the new gateway"
    assert sum(promise.least for promise in crowd.journal.promises.values()) >= 3


def test_an_unanswered_request_is_a_failure() -> None:
    tally = Tally()
    with httpx.Client(transport=Browser(tally), timeout=60) as client, pytest.raises(httpx.ConnectError):
        client.get(f"http://127.0.0.1:{free_ports(1)[0]}/")
    assert len(tally.failed) == tally.sent == 1
