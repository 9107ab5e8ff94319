"""What every pod and object has to keep to, whatever the values are."""

from __future__ import annotations

import re
from typing import Any

import pytest

from chassis.web.middleware.body_limits import UPLOAD_LIMIT
from expenses.receipts.model import MOST_BYTES
from expenses.receipts.sandbox import MOST_WRITTEN
from expenses.receipts.worker_pool import PLACES, SLOTS
from testing.servers.helm import ROOT, SERVICE, SUITE, containers, name_of, parse, rendered, scenarios, template, values_of

SCENARIOS = scenarios()
RESTRICTED_VOLUMES = {"configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "persistentVolumeClaim", "projected", "secret"}


@pytest.fixture(params=SCENARIOS)
def release(request: pytest.FixtureRequest) -> Any:
    return rendered(request.param)


def against_the_restricted_profile(pod: dict[str, Any]) -> list[str]:
    """Return what the Pod Security Standard `restricted` says against a pod."""
    spec = pod["spec"]
    context = spec.get("securityContext", {})
    found = [field for field in ("hostNetwork", "hostPID", "hostIPC") if spec.get(field)]
    found += [f"volume {volume['name']}" for volume in spec.get("volumes", []) if not set(volume) - {"name"} <= RESTRICTED_VOLUMES]
    for container in containers(pod):
        own = {**context, **container.get("securityContext", {})}
        name = container["name"]
        if own.get("runAsNonRoot") is not True or own.get("runAsUser") == 0:
            found.append(f"{name} may be root")
        if own.get("seccompProfile", {}).get("type") not in ("RuntimeDefault", "Localhost"):
            found.append(f"{name} has no seccomp profile")
        if own.get("allowPrivilegeEscalation") is not False or own.get("privileged"):
            found.append(f"{name} may become more")
        if own.get("capabilities") != {"drop": ["ALL"]}:
            found.append(f"{name} keeps capabilities")
        if any("hostPort" in port for port in container.get("ports", [])):
            found.append(f"{name} takes a port of the node")
    return found


def test_every_pod_passes_the_restricted_pod_security_standard(release) -> None:
    assert {name: found for name, pod in release.pods().items() if (found := against_the_restricted_profile(pod))} == {}


def test_a_pod_that_may_be_root_does_not_pass() -> None:
    assert against_the_restricted_profile({"spec": {"containers": [{"name": "it", "image": "it:1"}]}})


def test_every_container_has_requests_and_limits(release) -> None:
    for name, pod in release.pods().items():
        for container in containers(pod):
            for kind in ("requests", "limits"):
                assert {"cpu", "memory"} <= set(container["resources"][kind]), (name, container["name"])


def test_no_image_is_latest_or_without_a_version(release) -> None:
    images = [container["image"] for pod in release.pods().values() for container in containers(pod)]
    assert images
    for image in images:
        _, _, tag = image.rpartition("/")[2].partition(":")
        assert tag not in ("", "latest"), image


def test_production_names_its_images_by_what_is_in_them() -> None:
    images = {container["image"] for pod in rendered("production").own_pods().values() for container in containers(pod)}
    assert len(images) == 6
    assert all(re.fullmatch(r"icr\.io/outlay/outlay-[a-z]+@sha256:[0-9a-f]{64}", image) for image in images), images


def test_resource_requests_match_usage_and_fit_two_cores() -> None:
    """Idle, a process takes 4 thousandths of a core; what it takes at work is its limit and what an autoscaler looks at."""
    asked = 0
    for thing in rendered("minimal").of("Deployment"):
        [container] = thing["spec"]["template"]["spec"]["containers"]
        asked += thing["spec"]["replicas"] * int(container["resources"]["requests"]["cpu"].removesuffix("m"))
    assert asked <= 300


@pytest.mark.parametrize("scenario", ["production", "dev", "home"])
def test_no_name_is_too_long_however_long_that_of_the_release_is(scenario: str) -> None:
    releases = ["a-release-whose-name-is-as-long-as-helm-allows-it-to1", "a-release-whose-name-is-as-long-as-helm-allows-it-to2"]
    names = []
    for release in releases:
        assert len(release) == 53
        answer = template(SUITE, "-f", values_of(scenario), release=release)
        assert answer.returncode == 0, answer.stderr
        names += [name_of(thing) for thing in parse(answer.stdout).things]
    assert [name for name in names if len(name.partition("/")[2]) > 63] == []
    # The pods of a StatefulSet have its name, a hyphen and ten characters in a label.
    assert [name for name in names if name.startswith("StatefulSet/") and len(name.partition("/")[2]) > 52] == []
    assert len(names) == len(set(names)), "two releases do not share an object"


@pytest.mark.parametrize(
    ("scenario", "more", "proxies"),
    [
        ("minimal", "ingress.enabled=false", "0"),
        ("minimal", "ingress.enabled=true", "1"),
        ("home", "ingress.enabled=true", "1"),
        ("home", "ingress.enabled=false", "0"),
        ("production", "route.enabled=true", "1"),
        ("production", "gateway.settings.OUTLAY_PROXIES=2", "2"),
    ],
)
def test_a_sender_is_believed_about_its_address_only_behind_a_proxy(scenario: str, more: str, proxies: str) -> None:
    release = parse(template(SUITE, "-f", values_of(scenario), "--set", more).stdout)
    name = "outlay-home" if scenario == "home" else "outlay-gateway"
    assert release.one("ConfigMap", name)["data"]["OUTLAY_PROXIES"] == proxies


def test_our_pods_have_a_read_only_root_the_images_uid_and_no_token(release) -> None:
    pods = release.own_pods()
    assert pods
    for name, pod in pods.items():
        assert pod["spec"]["automountServiceAccountToken"] is False, name
        assert pod["spec"]["enableServiceLinks"] is False, f"{name}: OUTLAY_PORT would be that of a Service"
        assert pod["spec"]["securityContext"]["runAsUser"] == 10001, name
        assert all(container["securityContext"]["readOnlyRootFilesystem"] for container in containers(pod)), name


def megabytes(size: str) -> int:
    return int(size[:-2]) * {"Mi": 1, "Gi": 1024}[size[-2:]]


@pytest.mark.parametrize(
    ("scenario", "pod"), [("minimal", "outlay-expenses-serve"), ("dev", "outlay-expenses-serve"), ("home", "outlay-home-serve")]
)
def test_a_pod_has_memory_and_disk_for_receipts_and_imports(scenario: str, pod: str) -> None:
    """More memory than its limit ends all of a pod, more on its disk than the limit has it evicted."""
    release = rendered(scenario)
    spec = release.one("Deployment", pod)["spec"]["template"]["spec"]
    told = int(release.one("ConfigMap", pod.removesuffix("-serve"))["data"]["RECEIPTS_MEMORY"])
    assert megabytes(spec["containers"][0]["resources"]["limits"]["memory"]) >= SLOTS * told + 384
    [scratch] = [volume["emptyDir"]["sizeLimit"] for volume in spec["volumes"] if volume["name"] == "scratch"]
    receipts = PLACES * (4 * MOST_BYTES + MOST_WRITTEN)
    assert megabytes(scratch) << 20 >= 2 * 2 * UPLOAD_LIMIT + receipts, "two imports at once"


def test_what_runs_for_long_is_asked_in_three_ways_how_it_is(release) -> None:
    for thing in (*release.of("Deployment"), *release.of("StatefulSet")):
        for container in thing["spec"]["template"]["spec"]["containers"]:
            assert {"startupProbe", "livenessProbe", "readinessProbe"} <= set(container), name_of(thing)


def test_our_own_pods_are_asked_at_the_paths_that_there_are(release) -> None:
    for thing in release.of("Deployment"):
        [container] = thing["spec"]["template"]["spec"]["containers"]
        asked = {name: container[f"{name}Probe"]["httpGet"] for name in ("startup", "liveness", "readiness")}
        assert asked == {
            name: {"path": path, "port": "http"}
            for name, path in (("startup", "/livez"), ("liveness", "/livez"), ("readiness", "/readyz"))
        }, name_of(thing)


def test_a_serving_pod_has_time_to_leave_the_service_and_finish(release) -> None:
    for thing in release.of("Deployment"):
        spec = thing["spec"]["template"]["spec"]
        if spec["containers"][0]["name"] == "serve":
            drain = spec["containers"][0]["lifecycle"]["preStop"]["sleep"]["seconds"]
            assert 3 <= drain < spec["terminationGracePeriodSeconds"] - 5, name_of(thing)


def test_every_service_finds_pods_and_their_port(release) -> None:
    pods = release.pods().values()
    for service in release.of("Service"):
        found = [pod for pod in pods if service["spec"]["selector"].items() <= pod["metadata"]["labels"].items()]
        assert found, name_of(service)
        names = {port["name"] for pod in found for container in pod["spec"]["containers"] for port in container["ports"]}
        assert {port["targetPort"] for port in service["spec"]["ports"]} <= names


def test_budgets_of_disruption_find_pods_and_let_nodes_be_emptied(release) -> None:
    for budget in release.of("PodDisruptionBudget"):
        assert budget["spec"]["maxUnavailable"] == 1
        assert [
            thing
            for thing in release.of("Deployment")
            if thing["spec"]["selector"]["matchLabels"] == budget["spec"]["selector"]["matchLabels"]
        ], name_of(budget)


def test_nothing_may_do_anything_in_the_cluster(release) -> None:
    assert [thing["kind"] for thing in release.things if "Role" in thing["kind"]] == []
    assert all(account["automountServiceAccountToken"] is False for account in release.of("ServiceAccount"))


def test_no_secret_stands_in_a_config_map() -> None:
    texts = [
        str(thing["data"])
        for thing in rendered("inline").of("ConfigMap")
        if not thing["metadata"]["name"].endswith("-smoke-script")
    ]
    assert len(texts) == 10
    assert not any("secret" in text or "00010203" in text for text in texts)


def test_only_the_gateway_can_be_reached_from_outside(release) -> None:
    for ingress in release.of("Ingress"):
        [rule] = ingress["spec"]["rules"]
        assert rule["http"]["paths"][0]["backend"]["service"]["name"] in ("outlay-gateway", "outlay-home")
    for route in release.of("HTTPRoute"):
        assert route["spec"]["rules"][0]["backendRefs"] == [{"name": "outlay-gateway", "port": 8000}]
    assert {service["spec"].get("type", "ClusterIP") for service in release.of("Service")} == {"ClusterIP"}


def test_workers_grow_with_exactly_the_queues_that_they_consume() -> None:
    consumed: dict[str, set[str]] = {}
    for queues in re.findall(r"x-outlay-queues: \[(.*?)\]", (ROOT / "contracts" / "asyncapi.yaml").read_text("utf-8")):
        for queue in filter(None, queues.split(", ")):
            consumed.setdefault(queue.partition(".")[0], set()).add(queue)
    scaled = {thing["metadata"]["name"]: thing["spec"] for thing in rendered("production").of("ScaledObject")}
    assert set(scaled) == {f"outlay-{name}-work" for name in consumed}
    assert all(
        isinstance(text, str) for spec in scaled.values() for trigger in spec["triggers"] for text in trigger["metadata"].values()
    )
    for name, queues in consumed.items():
        spec = scaled[f"outlay-{name}-work"]
        assert {trigger["metadata"]["queueName"] for trigger in spec["triggers"]} == queues
        assert spec["minReplicaCount"] >= 1, "with none, nobody would send what was put off"
        assert {trigger["authenticationRef"]["name"] for trigger in spec["triggers"]} == {f"outlay-{name}-work"}


def test_what_is_scaled_has_no_number_of_pods_of_its_own() -> None:
    release = rendered("production")
    scaled = {
        thing["spec"]["scaleTargetRef"]["name"]
        for kind in ("HorizontalPodAutoscaler", "ScaledObject")
        for thing in release.of(kind)
    }
    assert len(scaled) == 8
    for thing in release.of("Deployment"):
        assert ("replicas" in thing["spec"]) == (thing["metadata"]["name"] not in scaled)


def test_the_version_of_the_chart_is_that_of_the_code_and_of_the_images() -> None:
    version = (ROOT / "VERSION").read_text("utf-8").strip()
    chart = (SUITE / "Chart.yaml").read_text("utf-8")
    assert f'appVersion: "{version}"' in chart
    assert f'tag: "{version}"' in (SUITE / "values.yaml").read_text("utf-8")
    assert f"version: {version}" in (SERVICE / "Chart.yaml").read_text("utf-8")
