"""A cluster of an older version gets what it knows: it refuses fields that came later."""

from __future__ import annotations

from functools import cache

import pytest
import yaml

from charts.extensions import schema_of
from charts.schemas import complaints
from testing.servers.helm import SERVICE, SUITE, Rendered, name_of, parse, rendered, template, values_of

OLDEST = "1.20.0"
"""The bound in Chart.yaml; schemas are known from 1.25 on."""


@cache
def for_version(scenario: str, version: str) -> Rendered:
    answer = template(SUITE, "-f", values_of(scenario), "--kube-version", version)
    assert answer.returncode == 0, answer.stderr
    return parse(answer.stdout)


def test_the_charts_say_which_version_is_the_oldest() -> None:
    for chart in (SUITE, SERVICE):
        assert yaml.safe_load((chart / "Chart.yaml").read_text("utf-8"))["kubeVersion"] == f">={OLDEST}-0"
    too_old = template(SUITE, "-f", values_of("home"), "--kube-version", "1.19.16")
    assert "incompatible with Kubernetes v1.19.16" in too_old.stderr


@pytest.mark.parametrize(
    ("scenario", "version"), [("production", "1.29.0"), ("production", "1.26.0"), ("dev", "1.26.0"), ("home", "1.26.0")]
)
def test_kubernetes_takes_every_object(scenario: str, version: str) -> None:
    things = for_version(scenario, version).things
    assert things
    assert {name_of(thing): found for thing in things if (found := complaints(thing, version[:4]))} == {}


def test_the_oldest_gets_the_kinds_that_it_has() -> None:
    had = {"v1", "apps/v1", "batch/v1", "policy/v1beta1", "autoscaling/v2beta2", "networking.k8s.io/v1"}
    things = for_version("production", OLDEST).things
    assert {thing["apiVersion"] for thing in things if not schema_of(thing["apiVersion"], thing["kind"])} == had


def test_the_oldest_gets_as_many_objects_as_the_newest() -> None:
    assert sorted(map(name_of, for_version("production", OLDEST).things)) == sorted(map(name_of, rendered("production").things))


@pytest.mark.parametrize(
    ("version", "stop"), [("1.29.0", {"exec": {"command": ["sleep", "6"]}}), ("1.30.0", {"sleep": {"seconds": 6}})]
)
def test_a_pod_waits_before_it_stops_in_a_way_that_the_cluster_knows(version: str, stop: dict[str, object]) -> None:
    for thing in for_version("production", version).of("Deployment"):
        [container] = thing["spec"]["template"]["spec"]["containers"]
        if container["name"] == "serve":
            assert container["lifecycle"]["preStop"] == stop, name_of(thing)


@pytest.mark.parametrize(("version", "there"), [("1.26.0", False), ("1.27.0", True)])
def test_fields_that_came_with_1_27_are_left_out_before(version: str, there: bool) -> None:
    release = for_version("production", version)
    constraints = [
        rule for thing in release.of("Deployment") for rule in thing["spec"]["template"]["spec"]["topologySpreadConstraints"]
    ]
    assert {"matchLabelKeys" in rule for rule in constraints} == {there}
    assert {"unhealthyPodEvictionPolicy" in thing["spec"] for thing in release.of("PodDisruptionBudget")} == {there}
