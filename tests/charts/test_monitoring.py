"""Alerts and dashboards ask for what the code tells, wake when they should, and lead to a page that says what to do."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from prometheus_client import CollectorRegistry

from charts.prometheus import panels, promtool
from chassis.runtime.metrics import Metrics
from testing.servers.helm import ROOT, SUITE, parse, rendered, template, values_of
from write.rules import PROMISES

RUNBOOK = (ROOT / "docs" / "operate" / "runbook.md").read_text("utf-8")
RULE_FILES = sorted((SUITE / "rules").glob("*.yaml"))
RULES: list[dict[str, Any]] = [
    rule for path in RULE_FILES for group in yaml.safe_load(path.read_text("utf-8"))["groups"] for rule in group["rules"]
]
ALERTS = [rule for rule in RULES if "alert" in rule]
RECORDED = {rule["record"] for rule in RULES if "record" in rule}
_NAME = re.compile(r"\b((?:outlay|process)[_:][\w:]+)")
_AT_THE_TARGET = {"job", "le", "namespace", "release"}


def meters() -> dict[str, set[str]]:
    """Return every exported series of ours, with its labels."""
    metrics = Metrics()
    found = {}
    for meter in vars(metrics).values():
        for family in meter.describe() if hasattr(meter, "describe") and not isinstance(meter, CollectorRegistry) else ():
            labels = set(meter._labelnames)
            ends = {"counter": ("_total",), "histogram": ("_bucket", "_count", "_sum")}.get(family.type, ("",))
            found |= {family.name + end: labels for end in ends}
    assert len(found) > 10
    return found | {
        line.split("{")[0].split()[0]: set() for line in metrics.page().decode().splitlines() if line.startswith("process_")
    }


def expressions() -> list[tuple[str, str]]:
    return [*((rule.get("alert") or rule["record"], rule["expr"]) for rule in RULES), *panels()]


@pytest.mark.parametrize(("who", "expression"), expressions(), ids=lambda value: value if len(value) < 60 else "")
def test_it_asks_for_what_the_code_tells(who: str, expression: str) -> None:
    known = meters()
    names = set(_NAME.findall(expression))
    assert names, who
    labels: set[str] = set()
    for name in names:
        assert name in known or name in RECORDED, f"{who} asks for {name}, which nobody tells"
        labels |= known.get(name, set())
    asked = set(re.findall(r"(\w+)=~?\"", expression))
    asked |= {label.strip() for group in re.findall(r"by \(([\w, ]+)\)", expression) for label in group.split(",")}
    assert asked <= labels | _AT_THE_TARGET, who


@pytest.mark.parametrize(("who", "expression"), expressions(), ids=lambda value: value if len(value) < 60 else "")
def test_it_asks_of_one_release_in_one_namespace(who: str, expression: str) -> None:
    own = ('{namespace="outlay",release="outlay"', '{namespace="$namespace",release="$release"')
    for found in _NAME.finditer(expression):
        assert expression[found.end() :].startswith(own), f"{who}: {found[0]} is that of all releases"
    if not who.startswith(("answers:", "events:", "promises:")):
        assert all(group.startswith("namespace, release") for group in re.findall(r"by \(([\w, ]+)\)", expression))


def test_the_chart_has_each_release_watch_itself() -> None:
    text = str(rendered("production").of("PrometheusRule"))
    assert 'namespace="money",release="outlay"' in text
    assert 'namespace="outlay"' not in text
    for monitor in rendered("production").of("ServiceMonitor"):
        [endpoint] = monitor["spec"]["endpoints"]
        assert endpoint["relabelings"] == [
            {"sourceLabels": ["__meta_kubernetes_service_label_app_kubernetes_io_instance"], "targetLabel": "release"}
        ]


def test_a_dashboard_offers_the_namespaces_and_releases_that_there_are() -> None:
    for path in (SUITE / "dashboards").glob("*.json"):
        _source, *variables = json.loads(path.read_text("utf-8"))["templating"]["list"]
        assert [(variable["name"], variable["type"]) for variable in variables] == [("namespace", "query"), ("release", "query")]
        assert all(variable["definition"].startswith("label_values(") for variable in variables)


def test_buckets_that_promises_are_measured_at_are_there() -> None:
    metrics = Metrics()
    metrics.latency.labels("gateway", "/expenses").observe(1)
    metrics.alerts.labels("budget_exceeded").observe(1)
    page = metrics.page().decode()
    asked = {match for rule in RULES for match in re.findall(r'(outlay_\w+_bucket)\{[^}]*le="([\d.]+)"', rule["expr"])}
    assert len(asked) == 2
    for name, bound in asked:
        assert re.search(rf'^{name}\{{.*le="{re.escape(bound)}".*\}}', page, re.MULTILINE), (name, bound)


@pytest.mark.parametrize("alert", ALERTS, ids=lambda alert: alert["alert"])
def test_an_alert_says_how_urgent_it_is_and_leads_to_its_section(alert: dict[str, Any]) -> None:
    assert alert["labels"]["severity"] in ("page", "ticket")
    assert len(alert["annotations"]["summary"]) > 20
    assert alert["annotations"]["runbook_url"] == f"docs/operate/runbook.md#{alert['alert'].lower()}"
    assert re.search(rf"^## {alert['alert']}$", RUNBOOK, re.MULTILINE), "the runbook has no such section"


def test_every_section_of_the_runbook_has_its_alert() -> None:
    sections = re.findall(r"^## (.+)$", RUNBOOK, re.MULTILINE)
    assert sorted(sections) == sorted(alert["alert"] for alert in ALERTS)
    headings = re.findall(r"^##+ (.+)$", RUNBOOK, re.MULTILINE)
    for link in re.findall(r"\]\(#([\w-]+)\)", RUNBOOK):
        assert link in {heading.lower().replace(" ", "-") for heading in headings}


def test_the_chart_brings_the_rules_with_links_to_where_the_runbook_is() -> None:
    found = rendered("production").of("PrometheusRule")
    brought = [rule for thing in found for group in thing["spec"]["groups"] for rule in group["rules"]]
    assert len(brought) == len(RULES)
    assert {thing["metadata"]["labels"]["release"] for thing in found} == {"prometheus"}
    links = {rule["annotations"]["runbook_url"].partition("#")[0] for rule in brought if "alert" in rule}
    assert links == {"https://wiki.example.com/outlay/runbook"}


def test_the_chart_brings_the_dashboards() -> None:
    boards = [thing for thing in rendered("production").of("ConfigMap") if "grafana_dashboard" in thing["metadata"]["labels"]]
    titles = {json.loads(text)["title"] for thing in boards for text in thing["data"].values()}
    assert titles == {"Outlay: service levels", "Outlay: events and processes", "Outlay: the assistant"}


def test_a_dashboard_is_found_again_and_says_what_is_in_it() -> None:
    boards = [json.loads(path.read_text("utf-8")) for path in sorted((SUITE / "dashboards").glob("*.json"))]
    assert [board["uid"] for board in boards] == ["outlay-answers", "outlay-events", "outlay-promises"], "links lead to them"
    for board in boards:
        assert board["templating"]["list"][0] == {
            "name": "source",
            "type": "datasource",
            "query": "prometheus",
            "label": "Prometheus",
        }
        for panel in board["panels"]:
            assert panel["datasource"]["uid"] == "${source}"
            assert panel["description"]
            assert panel["fieldConfig"]["defaults"]["unit"]
    bearable = {rule["record"].partition(":ratio")[0] for rule in RULES if "record" in rule}
    figures = {
        panel["targets"][0]["expr"].partition(":ratio")[0]: panel["fieldConfig"]["defaults"]["thresholds"]["steps"][-1]["value"]
        for board in boards
        for panel in board["panels"]
        if panel["type"] == "stat"
    }
    assert figures == {promise.record: promise.bearable for promise in PROMISES}
    assert set(figures) == bearable


def test_prometheus_finds_every_process_and_keeps_what_it_says_of_itself() -> None:
    release = rendered("production")
    for monitor in release.of("ServiceMonitor"):
        chosen = monitor["spec"]["selector"]["matchLabels"]
        [endpoint] = monitor["spec"]["endpoints"]
        assert (endpoint["path"], endpoint["honorLabels"]) == ("/metrics", True)
        services = [
            thing
            for thing in release.of("Service")
            if chosen.items() <= thing["metadata"]["labels"].items()
            and endpoint["port"] in {port["name"] for port in thing["spec"]["ports"]}
        ]
        assert len(services) == (1 if monitor["metadata"]["name"] in ("outlay-assistant", "outlay-gateway") else 2)
        for service in services:
            [port] = service["spec"]["ports"]
            pods = [
                pod for pod in release.pods().values() if service["spec"]["selector"].items() <= pod["metadata"]["labels"].items()
            ]
            listening = {each["name"] for pod in pods for container in pod["spec"]["containers"] for each in container["ports"]}
            assert pods
            assert port["targetPort"] in listening, service["metadata"]["name"]


@pytest.mark.parametrize("scenario", ["production", "home"])
def test_metrics_are_on_a_port_to_which_nothing_leads_from_outside(scenario: str) -> None:
    both = ("--set", "global.monitoring.enabled=true", "--set", "global.network.enabled=true")
    release = parse(template(SUITE, "-f", values_of(scenario), *both).stdout)
    entrance = {"production": "outlay-gateway", "home": "outlay-home"}[scenario]
    public = release.one("Service", entrance)["spec"]["ports"]
    assert [port["name"] for port in public] == ["http"]
    for ingress in release.of("Ingress"):
        [rule] = ingress["spec"]["rules"]
        assert [path["backend"]["service"]["port"] for path in rule["http"]["paths"]] == [{"name": "http"}]
    [route] = release.of("HTTPRoute") or [None]
    assert route is None or {ref["port"] for rule in route["spec"]["rules"] for ref in rule["backendRefs"]} == {8000}
    assert release.one("Service", f"{entrance}-metrics")["spec"]["clusterIP"] == "None"
    let_in = release.one("NetworkPolicy", f"{entrance}-serve")["spec"]["ingress"]
    askers = {"production": 3, "home": 2}[scenario]
    assert [[port["port"] for port in rule["ports"]] for rule in let_in] == [*[[8000]] * askers, [9000]]


def test_prometheus_reads_the_rules() -> None:
    answer = promtool("check", "rules", *RULE_FILES)
    assert answer.returncode == 0, answer.stdout + answer.stderr
    assert f"{len(ALERTS)} rules" not in answer.stderr


CASES = sorted(Path(__file__).parent.glob("rules*.yaml"))


def test_alerts_come_when_they_should_and_at_no_other_time() -> None:
    answer = promtool("test", "rules", *CASES)
    assert answer.returncode == 0, answer.stdout + answer.stderr


@pytest.mark.parametrize("alert", [alert["alert"] for alert in ALERTS])
def test_there_is_a_case_in_which_an_alert_comes(alert: str) -> None:
    assert any(
        re.search(rf'exp_samples:.*?alertname="{alert}",alertstate="firing"', path.read_text("utf-8"), re.DOTALL) for path in CASES
    )
