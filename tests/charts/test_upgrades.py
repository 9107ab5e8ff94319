"""What lets one version of the chart follow another: selectors stay, stores are migrated first."""

from __future__ import annotations

from typing import Any

import pytest

from testing.servers.helm import SUITE, name_of, parse, rendered, scenarios, template, values_of

SCENARIOS = scenarios()


@pytest.fixture(params=SCENARIOS)
def release(request: pytest.FixtureRequest) -> Any:
    return rendered(request.param)


def test_rolling_takes_no_pod_away_before_another_is_ready(release) -> None:
    for thing in release.of("Deployment"):
        strategy = thing["spec"]["strategy"]
        if not thing["metadata"]["name"].endswith("-home-serve"):
            assert strategy["rollingUpdate"]["maxUnavailable"] == 0, name_of(thing)
            assert {rule["topologyKey"] for rule in thing["spec"]["template"]["spec"]["topologySpreadConstraints"]} == {
                "kubernetes.io/hostname",
                "topology.kubernetes.io/zone",
            }


def test_selectors_hold_nothing_that_another_version_changes(release) -> None:
    for thing in (*release.of("Deployment"), *release.of("StatefulSet")):
        chosen = thing["spec"]["selector"]["matchLabels"]
        assert set(chosen) == {"app.kubernetes.io/name", "app.kubernetes.io/instance", "app.kubernetes.io/component"}
        assert chosen.items() <= thing["spec"]["template"]["metadata"]["labels"].items(), name_of(thing)


def test_selectors_are_what_they_were_in_every_version() -> None:
    """They cannot be changed in a cluster: a change here would make every upgrade fail."""
    chosen = {name_of(thing): thing["spec"]["selector"]["matchLabels"] for thing in rendered("minimal").of("Deployment")}
    expected = {
        f"Deployment/outlay-{name}-{part}": {
            "app.kubernetes.io/name": name,
            "app.kubernetes.io/instance": "outlay",
            "app.kubernetes.io/component": part,
        }
        for name in ("auth", "expenses", "budgets", "notifier", "assistant", "gateway")
        for part in ("serve", "work")
        if part == "serve" or name not in ("assistant", "gateway")
    }
    assert chosen == expected


def test_a_new_version_of_the_image_changes_no_selector() -> None:
    new = template(SUITE, "-f", values_of("minimal"), "--set", "global.image.tag=9.9.9")
    old = {name_of(thing): thing["spec"]["selector"] for thing in rendered("minimal").of("Deployment")}
    assert {name_of(thing): thing["spec"]["selector"] for thing in parse(new.stdout).of("Deployment")} == old


def test_a_store_is_migrated_before_a_version_starts() -> None:
    release = rendered("inline")
    jobs = release.of("Job")
    assert {job["metadata"]["name"] for job in jobs} == {
        f"outlay-{name}-migrate" for name in ("auth", "expenses", "budgets", "notifier")
    }
    before = {
        name_of(thing)
        for thing in release.things
        if "pre-install" in thing["metadata"].get("annotations", {}).get("helm.sh/hook", "")
    }
    for job in jobs:
        assert job["metadata"]["annotations"]["helm.sh/hook"] == "pre-install,pre-upgrade"
        spec = job["spec"]["template"]["spec"]
        assert spec["serviceAccountName"] == "default", "the chart's own is not there yet"
        assert f"ConfigMap/{spec['containers'][0]['envFrom'][0]['configMapRef']['name']}" in before
        for volume in spec["volumes"]:
            for source in volume.get("projected", {}).get("sources", []):
                assert f"Secret/{source['secret']['name']}" in before


def test_pods_wait_for_bundled_stores_and_migrate_them() -> None:
    release = rendered("dev")
    assert release.of("Job") == []
    waiting = {
        thing["metadata"]["name"]
        for thing in release.of("Deployment")
        if [c["name"] for c in thing["spec"]["template"]["spec"].get("initContainers", [])] == ["migrate"]
    }
    assert waiting == {
        f"outlay-{name}-{part}" for name in ("auth", "expenses", "budgets", "notifier") for part in ("serve", "work")
    }


def test_other_settings_bring_other_pods() -> None:
    def marks(*more: str) -> dict[str, str]:
        things = parse(template(SUITE, "-f", values_of("minimal"), *more).stdout).of("Deployment")
        return {
            thing["metadata"]["name"]: thing["spec"]["template"]["metadata"]["annotations"]["outlay/settings"] for thing in things
        }

    old, new = marks(), marks("--set", "budgets.settings.OUTLAY_LOG_LEVEL=debug")
    assert {name for name in old if old[name] != new[name]} == {"outlay-budgets-serve", "outlay-budgets-work"}
