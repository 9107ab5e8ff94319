"""Who says how many pods there are: Helm, `kubectl scale` or an autoscaler, and nobody undoes what another one said.

Helm itself installs, upgrades and rolls back here, on a stand-in for the API server that keeps account of who set which field.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from charts.applying import ApplyingCluster, applying_cluster
from testing.servers.helm import SERVICE, helm, parse, template

VALUES = SERVICE / "ci" / "auth.yaml"
SCALED_BY_HAND = "serve.replicas=null"
SCALED_BY_LOAD = "serve.autoscaling.enabled=true"


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[ApplyingCluster]:
    with applying_cluster(tmp_path) as running:
        yield running


def run(cluster: ApplyingCluster, command: str, *arguments: str | Path) -> str:
    """Run helm on the release `auth`; return what it complains of, nothing if it worked."""
    answer = helm(command, "auth", *arguments, "--namespace", "money", "--kubeconfig", cluster.kubeconfig, "--timeout", "30s")
    return answer.stderr if answer.returncode else ""


def release(cluster: ApplyingCluster, command: str, *settings: str) -> str:
    values = [word for setting in ("global.checkSecrets=false", *settings) for word in ("--set", setting)]
    return run(cluster, command, SERVICE, "-f", VALUES, *values)


def test_a_number_in_the_values_is_in_conflict_with_who_scaled(cluster: ApplyingCluster) -> None:
    """This is why the runbook scales by Helm; the stand-in refuses it in the words of Kubernetes 1.36."""
    assert release(cluster, "install") == ""
    cluster.scale("auth-serve", 5, manager="kubectl")
    assert 'conflict with "kubectl": .spec.replicas' in release(cluster, "upgrade")
    assert release(cluster, "upgrade", "serve.replicas=5") == "", "the same number is no conflict"


def test_left_out_the_number_that_kubectl_set_stays(cluster: ApplyingCluster) -> None:
    assert release(cluster, "install") == ""
    assert release(cluster, "upgrade", SCALED_BY_HAND) == ""
    assert cluster.replicas("auth-serve") == 2, "what Helm set before is not taken away"
    cluster.scale("auth-serve", 5, manager="kubectl")
    for _ in range(2):
        assert release(cluster, "upgrade", SCALED_BY_HAND) == ""
        assert cluster.replicas("auth-serve") == 5
    assert run(cluster, "rollback", "3") == ""
    assert cluster.replicas("auth-serve") == 5


def test_turning_autoscaling_on_keeps_the_number_that_runs(cluster: ApplyingCluster) -> None:
    assert release(cluster, "install", "serve.replicas=4") == ""
    assert release(cluster, "upgrade", SCALED_BY_LOAD) == ""
    assert cluster.replicas("auth-serve") == 4
    cluster.scale("auth-serve", 7, manager="kube-controller-manager")
    assert release(cluster, "upgrade", SCALED_BY_LOAD, "image.tag=0.2.0") == ""
    assert cluster.replicas("auth-serve") == 7


def test_a_release_of_an_older_helm_keeps_the_number_that_runs(cluster: ApplyingCluster) -> None:
    """Without server-side apply Helm compares with what it sent last, and a field that it sends no more goes."""
    assert release(cluster, "install", SCALED_BY_LOAD) == ""
    cluster.scale("auth-serve", 7, manager="kube-controller-manager")
    cluster.set_by_update("auth-serve", manager="helm")
    text = helm(
        "template",
        "auth",
        SERVICE,
        "-f",
        VALUES,
        "--set",
        SCALED_BY_LOAD,
        "--set",
        "global.checkSecrets=false",
        "--namespace",
        "money",
        "--dry-run=server",
        "--kubeconfig",
        cluster.kubeconfig,
    ).stdout
    assert parse(text).one("Deployment", "auth-serve")["spec"]["replicas"] == 7


def test_without_a_cluster_the_number_is_left_out() -> None:
    """Argo CD and the like render without one; they are told to leave the field alone by its absence."""
    release = parse(template(SERVICE, "-f", VALUES, "--set", SCALED_BY_HAND, release="auth").stdout)
    assert "replicas" not in release.one("Deployment", "auth-serve")["spec"]
    assert release.one("Deployment", "auth-work")["spec"]["replicas"] == 1
