"""What runs before a version starts: where everything is denied, all at once, and with a log when it fails.

Helm itself installs here, on a stand-in for the API server.
"""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from charts.applying import ApplyingCluster, applying_cluster
from testing.servers.helm import SERVICE, SUITE, Thing, helm, parse, rendered, template, values_of

OWNERS = ("auth", "expenses", "budgets", "notifier")
JOBS = [f"jobs/outlay-{name}-migrate" for name in OWNERS]
FAILED = "Container migrate for pod money/outlay-auth-migrate-x failed with exit code 2 matching FailJob rule at index 1"


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ApplyingCluster]:
    """A cluster in which Outlay was installed; each migration waited there until all of them ran."""
    with applying_cluster(tmp_path_factory.mktemp("cluster")) as running:
        running.jobs_together = len(JOBS)
        answer = install(running, "--set", "global.network.enabled=true")
        assert answer.returncode == 0, answer.stderr
        yield running


def install(cluster: ApplyingCluster, *more: str) -> subprocess.CompletedProcess[str]:
    return helm(
        "install",
        "outlay",
        SUITE,
        "-f",
        values_of("minimal"),
        "--set",
        "global.checkSecrets=false",
        "--namespace",
        "money",
        "--kubeconfig",
        cluster.kubeconfig,
        "--timeout",
        "20s",
        *more,
    )


def jobs() -> list[Thing]:
    return rendered("production").of("Job")


def test_all_migrations_run_at_the_same_time(cluster: ApplyingCluster) -> None:
    first = cluster.created.index(next(name for name in cluster.created if name in JOBS))
    assert set(cluster.created[first : first + len(JOBS)]) == set(JOBS)


def test_a_migration_has_what_it_needs_where_all_traffic_is_denied(cluster: ApplyingCluster) -> None:
    first = min(map(cluster.created.index, JOBS))
    before = set(cluster.created[:first])
    assert before >= {f"{kind}/outlay-{name}-migrate" for kind in ("networkpolicies", "configmaps") for name in OWNERS}
    assert not [name for name in before if name.startswith("deployments/")]


def test_a_policy_lets_each_migration_reach_its_store_and_names() -> None:
    release = rendered("production")
    for name in OWNERS:
        policy = release.one("NetworkPolicy", f"outlay-{name}-migrate")
        pod = release.one("Job", f"outlay-{name}-migrate")["spec"]["template"]
        assert policy["spec"]["podSelector"]["matchLabels"].items() <= pod["metadata"]["labels"].items()
        ports = {port["port"] for rule in policy["spec"]["egress"] for port in rule["ports"]}
        assert ports == {53, 5353} | ({443, 5984, 6984} if name == "auth" else {31198})


def test_nothing_of_a_migration_that_went_well_is_left(cluster: ApplyingCluster) -> None:
    for kind in ("jobs", "networkpolicies", "configmaps"):
        assert not [name for name in OWNERS if cluster.has(kind, f"outlay-{name}-migrate")], kind


def test_a_failed_migration_ends_the_installation_and_keeps_its_log(tmp_path: Path) -> None:
    with applying_cluster(tmp_path) as running:
        running.failing_jobs["outlay-auth-migrate"] = FAILED
        answer = install(running)
        assert answer.returncode != 0
        assert "outlay-auth-migrate" in answer.stderr
        assert running.has("jobs", "outlay-auth-migrate")
        assert not [name for name in running.created if name.startswith("deployments/")]


def test_a_pod_that_failed_stays_until_somebody_has_read_its_log() -> None:
    assert len(jobs()) == len(OWNERS)
    for job in jobs():
        pod = job["spec"]["template"]["spec"]
        assert pod["restartPolicy"] == "Never", "OnFailure takes the pod away with its log"
        assert pod["containers"][0]["terminationMessagePolicy"] == "FallbackToLogsOnError"
        assert job["spec"]["ttlSecondsAfterFinished"] == 86400


def test_what_trying_again_cannot_help_ends_a_job_at_once() -> None:
    for job in jobs():
        disrupted, failed = job["spec"]["podFailurePolicy"]["rules"]
        assert failed == {"action": "FailJob", "onExitCodes": {"containerName": "migrate", "operator": "In", "values": [2, 3]}}
        assert disrupted["action"] == "Ignore"


def test_an_old_cluster_gets_no_policy_that_it_does_not_know() -> None:
    old = parse(template(SUITE, "-f", values_of("minimal"), "--kube-version", "1.28.0").stdout).of("Job")
    assert [job["spec"].get("podFailurePolicy") for job in old] == [None] * len(OWNERS)


def test_a_service_by_itself_migrates_in_the_same_way() -> None:
    [job] = parse(template(SERVICE, "-f", SERVICE / "ci" / "auth.yaml", release="auth").stdout).of("Job")
    about: dict[str, Any] = job["metadata"]["annotations"]
    assert about == jobs()[0]["metadata"]["annotations"]
    assert about["helm.sh/hook-output-log-policy"] == "hook-failed"


def test_the_pod_of_the_smoke_test_goes_when_its_log_was_printed(cluster: ApplyingCluster) -> None:
    answer = helm("test", "outlay", "--logs", "--namespace", "money", "--kubeconfig", cluster.kubeconfig, "--timeout", "20s")
    assert answer.returncode == 0, answer.stderr
    assert "POD LOGS: outlay-smoke" in answer.stdout
    assert "pods/outlay-smoke" in cluster.created
    assert not cluster.has("pods", "outlay-smoke")
