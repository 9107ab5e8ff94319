"""Grafana's dashboards, made of a few lines for each panel."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

_SOURCE = {"type": "prometheus", "uid": "${source}"}
_WIDTH, _HEIGHT = 8, 7
_ROW = 24


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
    return f"histogram_quantile({share}, sum by ({by}, le) (rate({metric}_bucket{{{chosen}}}[$__rate_interval])))"


PROMISES = (
    Panel(
        title="Requests that failed, of the last day", says="Promised: at most 0.1 %", figure=True, unit="percentunit",
        red_above=0.001, lines={"": "outlay:requests_failed:ratio_rate1d"},
    ),
    Panel(
        title="Requests slower than half a second, of the last day", says="Promised: at most 1 %", figure=True, unit="percentunit",
        red_above=0.01, lines={"": "outlay:requests_slow:ratio_rate1d"},
    ),
    Panel(
        title="Alerts later than ten seconds, of the last day", says="Promised: at most 1 %", figure=True, unit="percentunit",
        red_above=0.01, lines={"": "outlay:alerts_late:ratio_rate1d"},
    ),
    Panel(
        title="From the expense to the mail", says="Until the provider has accepted it", unit="s",
        lines={word: _quantile(share, "outlay_alert_seconds", "kind", 'kind="budget_exceeded"') for word, share in
               (("half", 0.5), ("99 of 100", 0.99))},
    ),
    Panel(
        title="Requests", says="At the gateway, by status", unit="reqps",
        lines={"{{status}}": 'sum by (status) (rate(outlay_requests_total{service="gateway"}[$__rate_interval]))'},
    ),
    Panel(
        title="Time to answer", says="At the gateway", unit="s",
        lines={word: _quantile(share, "outlay_request_seconds", "service", 'service="gateway"') for word, share in
               (("half", 0.5), ("95 of 100", 0.95), ("99 of 100", 0.99))},
    ),
    Panel(
        title="Mails", says="By kind and what became of them",
        lines={"{{kind}} {{state}}": "sum by (kind, state) (increase(outlay_mails_total[1h]))"},
    ),
)  # fmt: skip

EVENTS = (
    Panel(title="Oldest event in an outbox", says="Above a minute the broker, or a relay, is away", unit="s", red_above=60,
          lines={"{{service}}": "max by (service) (outlay_outbox_oldest_seconds)"}),
    Panel(title="Waiting", says="Events in each queue",
          lines={"{{queue}}": 'max by (queue) (outlay_queue_depth{state="waiting"})'}),
    Panel(title="Dead letters", says="python -m <service> events dead says why", red_above=1,
          lines={"{{queue}}": 'max by (queue) (outlay_queue_depth{state="dead"})'}),
    Panel(title="Handled", says="Events a second", unit="ops",
          lines={"{{queue}}": 'sum by (queue) (rate(outlay_events_total{outcome="handled"}[$__rate_interval]))'}),
    Panel(title="Tried again", says="Attempts that failed, a second", unit="ops",
          lines={"{{queue}} {{type}}": 'sum by (queue, type) (rate(outlay_events_total{outcome="retried"}[$__rate_interval]))'}),
    Panel(title="On the way", says="99 of 100 events are handled within", unit="s",
          lines={"{{queue}}": _quantile(0.99, "outlay_event_delivery_seconds", "queue")}),
    Panel(title="Failed requests", says="5xx, by service", unit="reqps",
          lines={"{{service}}": 'sum by (service) (rate(outlay_requests_total{status=~"5.."}[$__rate_interval]))'}),
    Panel(title="CPU", says="Cores used, by process",
          lines={"{{job}}": 'sum by (job) (rate(process_cpu_seconds_total{job=~"$release-.+"}[$__rate_interval]))'}),
    Panel(title="Memory", says="Resident, the largest of each", unit="bytes",
          lines={"{{job}}": 'max by (job) (process_resident_memory_bytes{job=~"$release-.+"})'}),
)  # fmt: skip


def dashboards() -> dict[str, str]:
    """Return name to JSON."""
    made = {
        "promises": _dashboard("outlay-promises", "Outlay: what is promised", PROMISES),
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
                {"name": "release", "type": "textbox", "query": "outlay", "current": {"text": "outlay", "value": "outlay"}},
            ]
        },
        "panels": [
            _panel(panel, number, x=(number % across) * _WIDTH, y=(number // across) * _HEIGHT)
            for number, panel in enumerate(panels)
        ],
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
