"""Grafana's dashboards, made of a few lines for each panel."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

_SOURCE = {"type": "prometheus", "uid": "${source}"}
_WIDTH, _HEIGHT = 8, 7
_ROW = 24
_OWN = 'namespace="$namespace",release="$release"'
"""What the variables of a dashboard choose."""


@dataclass(frozen=True, kw_only=True)
class Panel:
    """One picture: lines over time, or a figure."""

    title: str
    says: str
    lines: dict[str, str]
    """Legend to query."""
    unit: str = "short"
    figure: bool = False
    red_above: float | None = None


def _quantile(share: float, metric: str, by: str, chosen: str = "") -> str:
    which = f"{_OWN},{chosen}" if chosen else _OWN
    return f"histogram_quantile({share}, sum by ({by}, le) (rate({metric}_bucket{{{which}}}[$__rate_interval])))"


PROMISES = (
    Panel(
        title="Failed requests, last day",
        says="Objective: at most 0.1%",
        figure=True,
        unit="percentunit",
        red_above=0.001,
        lines={"": f"outlay:requests_failed:ratio_rate1d{{{_OWN}}}"},
    ),
    Panel(
        title="Requests slower than half a second, last day",
        says="Objective: at most 1%",
        figure=True,
        unit="percentunit",
        red_above=0.01,
        lines={"": f"outlay:requests_slow:ratio_rate1d{{{_OWN}}}"},
    ),
    Panel(
        title="Alerts later than ten seconds, last day",
        says="Objective: at most 1%",
        figure=True,
        unit="percentunit",
        red_above=0.01,
        lines={"": f"outlay:alerts_late:ratio_rate1d{{{_OWN}}}"},
    ),
    Panel(
        title="From expense to email",
        says="Until the provider accepted it",
        unit="s",
        lines={
            word: _quantile(share, "outlay_alert_seconds", "kind", 'kind="budget_exceeded"')
            for word, share in (("half", 0.5), ("99 of 100", 0.99))
        },
    ),
    Panel(
        title="Requests",
        says="At the gateway, by status",
        unit="reqps",
        lines={"{{status}}": f'sum by (status) (rate(outlay_requests_total{{{_OWN},service="gateway"}}[$__rate_interval]))'},
    ),
    Panel(
        title="Response time",
        says="At the gateway",
        unit="s",
        lines={
            word: _quantile(share, "outlay_request_seconds", "service", 'service="gateway"')
            for word, share in (("half", 0.5), ("95 of 100", 0.95), ("99 of 100", 0.99))
        },
    ),
    Panel(
        title="Emails",
        says="By kind and state",
        lines={"{{kind}} {{state}}": f"sum by (kind, state) (increase(outlay_mails_total{{{_OWN}}}[1h]))"},
    ),
)

EVENTS = (
    Panel(
        title="Oldest event in an outbox",
        says="Above a minute, the broker or a relay is down",
        unit="s",
        red_above=60,
        lines={"{{service}}": f"max by (service) (outlay_outbox_oldest_seconds{{{_OWN}}})"},
    ),
    Panel(
        title="Waiting",
        says="Events in each queue",
        lines={"{{queue}}": f'max by (queue) (outlay_queue_depth{{{_OWN},state="waiting"}})'},
    ),
    Panel(
        title="Dead letters",
        says="python -m <service> events dead shows the reasons",
        red_above=1,
        lines={"{{queue}}": f'max by (queue) (outlay_queue_depth{{{_OWN},state="dead"}})'},
    ),
    Panel(
        title="Handled",
        says="Events per second",
        unit="ops",
        lines={"{{queue}}": f'sum by (queue) (rate(outlay_events_total{{{_OWN},outcome="handled"}}[$__rate_interval]))'},
    ),
    Panel(
        title="Retried",
        says="Failed attempts per second",
        unit="ops",
        lines={
            "{{queue}} {{type}}": f'sum by (queue, type) (rate(outlay_events_total{{{_OWN},outcome="retried"}}[$__rate_interval]))'
        },
    ),
    Panel(
        title="Time until handled",
        says="99th percentile",
        unit="s",
        lines={"{{queue}}": _quantile(0.99, "outlay_event_delivery_seconds", "queue")},
    ),
    Panel(
        title="Slowest operations",
        says="95th percentile",
        unit="s",
        lines={"{{service}} {{route}}": _quantile(0.95, "outlay_request_seconds", "service, route")},
    ),
    Panel(
        title="Failed requests",
        says="5xx, by service",
        unit="reqps",
        lines={"{{service}}": f'sum by (service) (rate(outlay_requests_total{{{_OWN},status=~"5.."}}[$__rate_interval]))'},
    ),
    Panel(
        title="CPU",
        says="Cores used, by process",
        lines={"{{job}}": f"sum by (job) (rate(process_cpu_seconds_total{{{_OWN}}}[$__rate_interval]))"},
    ),
    Panel(
        title="Memory",
        says="Resident, the largest per kind of process",
        unit="bytes",
        lines={"{{job}}": f"max by (job) (process_resident_memory_bytes{{{_OWN}}})"},
    ),
)

ANSWERS = (
    Panel(
        title="Answers",
        says="By adapter and outcome",
        unit="ops",
        lines={
            "{{adapter}} {{outcome}}": f"sum by (adapter, outcome) "
            f"(rate(outlay_assistant_answers_total{{{_OWN}}}[$__rate_interval]))"
        },
    ),
    Panel(
        title="Intents",
        says="Per hour",
        lines={"{{intent}}": f"sum by (intent) (increase(outlay_assistant_answers_total{{{_OWN}}}[1h]))"},
    ),
    Panel(
        title="Built-in assistant instead of Watson",
        says="Messages per hour, by reason",
        red_above=20,
        lines={"{{reason}}": f"sum by (reason) (increase(outlay_assistant_fallbacks_total{{{_OWN}}}[1h]))"},
    ),
    Panel(
        title="Time to answer, median",
        says="From a message to the complete answer",
        unit="s",
        lines={"{{adapter}}": _quantile(0.5, "outlay_assistant_answer_seconds", "adapter")},
    ),
    Panel(
        title="Time to answer, 95th percentile",
        says="Watson Assistant has three seconds",
        unit="s",
        red_above=2,
        lines={"{{adapter}}": _quantile(0.95, "outlay_assistant_answer_seconds", "adapter")},
    ),
    Panel(
        title="Requests",
        says="At the assistant, by status",
        unit="reqps",
        lines={"{{status}}": f'sum by (status) (rate(outlay_requests_total{{{_OWN},service="assistant"}}[$__rate_interval]))'},
    ),
)


def dashboards() -> dict[str, str]:
    """Return name to JSON."""
    made = {
        "promises": _dashboard("outlay-promises", "Outlay: service levels", PROMISES),
        "answers": _dashboard("outlay-answers", "Outlay: the assistant", ANSWERS),
        "events": _dashboard("outlay-events", "Outlay: events and processes", EVENTS),
    }
    return {name: json.dumps(board, indent=1, ensure_ascii=False) + "\n" for name, board in made.items()}


def _dashboard(uid: str, title: str, panels: tuple[Panel, ...]) -> dict[str, Any]:
    across = _ROW // _WIDTH
    return {
        "uid": uid,
        "title": title,
        "tags": ["outlay"],
        "schemaVersion": 39,
        "refresh": "30s",
        "time": {"from": "now-6h", "to": "now"},
        "templating": {
            "list": [
                {"name": "source", "type": "datasource", "query": "prometheus", "label": "Prometheus"},
                _variable("namespace", "label_values(outlay_request_seconds_count, namespace)", "Namespace"),
                _variable("release", 'label_values(outlay_request_seconds_count{namespace="$namespace"}, release)', "Release"),
            ]
        },
        "panels": [
            _panel(panel, number, x=(number % across) * _WIDTH, y=(number // across) * _HEIGHT)
            for number, panel in enumerate(panels)
        ],
    }


def _variable(name: str, query: str, label: str) -> dict[str, Any]:
    return {
        "name": name,
        "type": "query",
        "label": label,
        "datasource": _SOURCE,
        "query": {"query": query, "refId": name},
        "definition": query,
        "refresh": 2,
        "sort": 1,
        "includeAll": False,
        "multi": False,
    }


def _panel(panel: Panel, number: int, *, x: int, y: int) -> dict[str, Any]:
    steps: list[dict[str, Any]] = [{"color": "green", "value": None}]
    if panel.red_above is not None:
        steps.append({"color": "red", "value": panel.red_above})
    drawn = {"thresholdsStyle": {"mode": "line" if panel.red_above is not None and not panel.figure else "off"}}
    return {
        "id": number + 1,
        "type": "stat" if panel.figure else "timeseries",
        "title": panel.title,
        "description": panel.says,
        "datasource": _SOURCE,
        "gridPos": {"x": x, "y": y, "w": _WIDTH, "h": _HEIGHT},
        "fieldConfig": {
            "defaults": {"unit": panel.unit, "min": 0, "thresholds": {"mode": "absolute", "steps": steps}, "custom": drawn},
            "overrides": [],
        },
        "targets": [
            {"refId": chr(ord("A") + place), "expr": expression, "legendFormat": legend, "datasource": _SOURCE}
            for place, (legend, expression) in enumerate(panel.lines.items())
        ],
    }
