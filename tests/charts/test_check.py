"""`check` in a pod tries exactly what NetworkPolicies let that pod reach, so a healthy cluster has no finding."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx
import pytest
import yaml

from assistant.probe import gateway_probe
from assistant.settings import AssistantSettings
from assistant.watson.probe import watson_probe
from chassis.messaging.rabbitmq import BrokerAddress
from chassis.messaging.rabbitmq.probe import broker_probe
from chassis.process.check_command import auth_probe
from chassis.runtime.clock import system_clock
from chassis.runtime.probes import Probe, used_by
from chassis.runtime.settings import read_settings
from expenses.receipts.checks import receipt_probes
from expenses.receipts.files import files_from
from expenses.settings import ExpensesSettings
from notifier.delivery.mailers.probe import mail_probe
from notifier.settings import NotifierSettings
from testing.servers.helm import SUITE, containers, rendered

if TYPE_CHECKING:
    from collections.abc import Mapping

OBJECTS = {
    "EXPENSES_DB": "mysql+pymysql://u:p@host/expenses",
    "RECEIPTS": "cos://receipts?endpoint=http://s3:8333",
    "COS_ACCESS_KEY": "x",
    "COS_SECRET_KEY": "x",
    "RECEIPTS_SCANNER": "clamav://clamav:3310",
}
MAIL = {"NOTIFIER_DB": "mysql+pymysql://u:p@host/notifier", "NOTIFIER_MAIL": "smtp://host:587", "NOTIFIER_FROM": "a@b.example"}
WATSON = {"WATSON_URL": "https://host/instances/1", "WATSON_ASSISTANT_ID": "a", "WATSON_ENVIRONMENT_ID": "b", "WATSON_APIKEY": "x"}
PEERS = {
    "receipts": "objects",
    "virus scanner": "scanner",
    "mail": "mail",
    "auth": "auth",
    "broker": "broker",
    "gateway": "gateway",
    "watson": "watson",
}
"""Name of a probe to the name that charts/outlay/values.yaml has for what it connects to."""


def probes(service: str) -> list[Probe]:
    """Return the probes of a service beside that of its store, which every process uses."""
    shared = [
        broker_probe(BrokerAddress(url="amqp://u:p@host/")),
        *([] if service == "auth" else [auth_probe("http://auth", _keys)]),
    ]
    if service == "expenses":
        settings = read_settings(ExpensesSettings, OBJECTS)
        return [*shared, *receipt_probes(settings, files_from(settings))]
    if service == "notifier":
        return [*shared, mail_probe(read_settings(NotifierSettings, MAIL), system_clock)]
    return shared


def _keys(_address: str) -> Mapping[str, object]:
    raise AssertionError("nothing is tried here")


@pytest.mark.parametrize("service", ["auth", "expenses", "budgets", "notifier"])
@pytest.mark.parametrize("process", ["serve", "work", "migrate"])
def test_it_tries_what_the_pod_may_reach(service: str, process: str) -> None:
    tried = {PEERS[probe.name] for probe in used_by(process, probes(service))}
    may_reach = yaml.safe_load((SUITE / "values.yaml").read_text("utf-8"))[service][process]["to"]
    assert tried == set(may_reach) & set(PEERS.values())


def test_the_assistant_tries_auth_the_gateway_and_watson() -> None:
    with httpx.Client() as api:
        every = [
            auth_probe("http://auth", _keys),
            gateway_probe("http://gateway", api),
            watson_probe(read_settings(AssistantSettings, WATSON)),
        ]
        tried = {PEERS[probe.name] for probe in used_by("serve", every)}
    may_reach = yaml.safe_load((SUITE / "values.yaml").read_text("utf-8"))["assistant"]["serve"]["to"]
    assert tried == set(may_reach) & set(PEERS.values())


def test_where_it_is_not_known_which_process_it_is_everything_is_tried() -> None:
    found = probes("expenses")
    assert used_by("", found) == found


@pytest.mark.parametrize("scenario", ["production", "dev"])
def test_every_container_knows_which_process_it_is(scenario: str) -> None:
    for name, pod in rendered(scenario).own_pods().items():
        for container in containers(pod):
            told = {variable["name"]: variable.get("value") for variable in container.get("env", [])}
            if "gateway" not in name and not name.startswith("Pod/"):
                assert told["OUTLAY_PROCESS"] == container["name"], name
