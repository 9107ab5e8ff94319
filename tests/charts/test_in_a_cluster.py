"""What Helm finds in a cluster: Secrets that are missing are told, passwords that were made stay."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from charts.cluster import Cluster, running_cluster
from testing.servers.helm import SUITE, parse, template, values_of

SECRETS = {
    "outlay": ("OUTLAY_DATA_KEY", "OUTLAY_GATEWAY_KEY", "OUTLAY_BUS"),
    "outlay-auth": ("store",),
    "outlay-budgets": ("database",),
    "outlay-expenses": ("database", "access-key", "secret-key"),
    "outlay-notifier": ("database", "sendgrid"),
}


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    with running_cluster(tmp_path) as running:
        yield running


def install(cluster: Cluster, scenario: str) -> tuple[int, str]:
    answer = template(
        SUITE, "-f", values_of(scenario), "--dry-run=server", "--disable-openapi-validation", "--kubeconfig", cluster.kubeconfig
    )
    return answer.returncode, answer.stdout if answer.returncode == 0 else answer.stderr


def test_what_is_made_at_the_first_install_is_found_by_the_next(cluster: Cluster) -> None:
    status, text = install(cluster, "dev")
    assert status == 0, text
    first = parse(text).one("Secret", "outlay-dev")["stringData"]
    assert first["made-mariadb"] != parse(install(cluster, "dev")[1]).one("Secret", "outlay-dev")["stringData"]["made-mariadb"], (
        "not stored yet"
    )
    cluster.keep_secret("outlay-dev", first)
    again = parse(install(cluster, "dev")[1]).one("Secret", "outlay-dev")["stringData"]
    assert again == first
    assert len(bytes.fromhex(again["OUTLAY_DATA_KEY"])) == 32


def test_an_upgrade_adds_a_new_password_and_keeps_the_others(cluster: Cluster) -> None:
    cluster.keep_secret("outlay-dev", {"made-mariadb": "known"})
    made = parse(install(cluster, "dev")[1]).one("Secret", "outlay-dev")["stringData"]
    assert made["made-mariadb"] == "known"
    assert len(made["made-rabbitmq"]) == 32


def test_secrets_that_are_not_there_are_named_before_anything_is_changed(cluster: Cluster) -> None:
    cluster.keep_secret("outlay-auth", {"another": "x"})
    status, said = install(cluster, "minimal")
    assert status != 0
    assert "auth: the Secret outlay-auth has no key store; it has another." in said
    assert "budgets: the namespace money has no Secret outlay-budgets. Create it with the keys database" in said


def test_with_all_secrets_there_it_is_installed(cluster: Cluster) -> None:
    for name, keys in SECRETS.items():
        cluster.keep_secret(name, dict.fromkeys(keys, "x"))
    status, text = install(cluster, "minimal")
    assert status == 0, text
