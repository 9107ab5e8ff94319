"""Every scenario is linted, rendered, and taken by the three newest versions of Kubernetes, strictly."""

from __future__ import annotations

import tarfile
from functools import cache
from pathlib import Path

import pytest

from charts.schemas import complaints, newest_versions
from testing.servers.helm import SERVICE, SUITE, Rendered, helm, name_of, parse, rendered, scenarios, template, values_of

SCENARIOS = scenarios()


@cache
def alone() -> Rendered:
    answer = template(SERVICE, "-f", SERVICE / "ci" / "auth.yaml", release="auth")
    assert answer.returncode == 0, answer.stderr
    return parse(answer.stdout)


def test_there_are_scenarios() -> None:
    assert {"minimal", "home"} <= set(SCENARIOS)


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_lint_finds_nothing(scenario: str) -> None:
    answer = helm("lint", "--strict", "--quiet", SUITE, "-f", values_of(scenario))
    assert answer.returncode == 0, answer.stdout + answer.stderr


def test_lint_finds_nothing_in_a_service_by_itself() -> None:
    answer = helm("lint", "--strict", "--quiet", SERVICE, "-f", SERVICE / "ci" / "auth.yaml")
    assert answer.returncode == 0, answer.stdout + answer.stderr


@pytest.mark.parametrize("scenario", [*SCENARIOS, "a service alone"])
@pytest.mark.parametrize("version", newest_versions())
def test_kubernetes_takes_every_object(scenario: str, version: str) -> None:
    things = (alone() if scenario == "a service alone" else rendered(scenario)).things
    assert len(things) > 3
    assert [(name_of(thing), said) for thing in things for said in complaints(thing, version)] == []


def test_the_schemas_are_strict() -> None:
    [account, *_] = alone().of("ServiceAccount")
    assert complaints({**account, "automuontServiceAccountToken": True}, newest_versions()[-1])


@pytest.mark.parametrize(
    ("kind", "change"),
    [
        ("HTTPRoute", {"parentRef": []}),
        ("HTTPRoute", {"hostnames": ["https://outlay.example.com"]}),
        ("ScaledObject", {"minReplicas": 1}),
        ("ScaledObject", {"maxReplicaCount": "6"}),
        ("TriggerAuthentication", {"secretTargetRef": []}),
        ("ServiceMonitor", {"endpoint": []}),
        ("PrometheusRule", {"groups": [{"name": "it", "rules": [{"alert": "It", "expression": "1"}]}]}),
    ],
)
def test_those_of_extensions_are_strict_too(kind: str, change: dict[str, object]) -> None:
    thing = rendered("production").of(kind)[0]
    assert complaints(thing, newest_versions()[-1]) == []
    assert complaints({**thing, "spec": {**thing["spec"], **change}}, newest_versions()[-1])


def test_the_packed_chart_is_whole_and_brings_its_examples(tmp_path: Path) -> None:
    packed = helm("package", SUITE, "--destination", tmp_path)
    assert packed.returncode == 0, packed.stderr
    [file] = tmp_path.glob("*.tgz")
    with tarfile.open(file) as archive:
        archive.extractall(tmp_path, filter="data")
    assert sorted(path.stem for path in (tmp_path / "outlay" / "ci").iterdir()) == SCENARIOS
    answer = template(file, "-f", tmp_path / "outlay" / "ci" / "minimal.yaml")
    assert answer.returncode == 0, answer.stderr
    assert parse(answer.stdout).things == rendered("minimal").things


def test_helm_has_nothing_to_remark_about_the_folder() -> None:
    answer = template(SUITE, "-f", values_of("minimal"))
    assert answer.stderr == "", "such as links between folders"


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_nothing_is_there_twice(scenario: str) -> None:
    names = [name_of(thing) for thing in rendered(scenario).things]
    assert len(names) == len(set(names))


def test_who_has_a_store_serves_and_works_and_the_others_only_serve() -> None:
    names = {thing["metadata"]["name"] for thing in rendered("minimal").of("Deployment")}
    behind = ("auth", "expenses", "budgets", "notifier")
    alone = {"outlay-assistant-serve", "outlay-gateway-serve"}
    assert names == {f"outlay-{name}-{part}" for name in behind for part in ("serve", "work")} | alone


def test_home_is_one_pod_on_one_volume() -> None:
    home = rendered("home")
    [deployment], [claim] = home.of("Deployment"), home.of("PersistentVolumeClaim")
    assert (deployment["spec"]["replicas"], deployment["spec"]["strategy"]["type"]) == (1, "Recreate")
    assert claim["metadata"]["annotations"] == {"helm.sh/resource-policy": "keep"}
    assert home.of("Job") == []


@pytest.mark.parametrize(("scenario", "entrance"), [("dev", "service/outlay-gateway"), ("home", "Open https://outlay.example.com")])
def test_whoever_installed_it_is_told_what_to_do_next(scenario: str, entrance: str) -> None:
    said = helm("install", "outlay", SUITE, "--namespace", "money", "-f", values_of(scenario), "--dry-run=client").stdout.partition(
        "NOTES:"
    )[2]
    for step in ("kubectl -n money wait", "helm -n money test outlay --logs", entrance):
        assert step in said
    assert ("NOTIFIER_MAIL" in said) == (scenario == "home"), "mails of a home reach nobody by themselves"
