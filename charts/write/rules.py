"""The suite's promises as Prometheus rules: how much of what may go wrong has gone wrong, over windows of many lengths."""

from __future__ import annotations

from dataclasses import dataclass

_WINDOWS = ("5m", "30m", "1h", "2h", "6h", "1d", "3d")
_FAST = ((14.4, "1h", "5m"), (6.0, "6h", "30m"))
"""(times the bearable rate, over this window, and still so over this one). The first uses 2 % of a month's budget in an hour."""
_SLOW = ((3.0, "1d", "2h"), (1.0, "3d", "6h"))


@dataclass(frozen=True, kw_only=True)
class Promise:
    """A service level objective over 30 days."""

    name: str
    """Of its alerts."""
    record: str
    """Of the share that went wrong."""
    bearable: float
    """The share that may go wrong."""
    wrong: str
    """What went wrong a second, with WINDOW in it."""
    all: str
    """All there was a second."""
    count: str
    """All there was, of which there have to be some before anybody is woken."""
    says: str


OWN = 'namespace="outlay",release="outlay"'
"""Which series are looked at. The chart puts the namespace and the release in which it is installed in place of these."""
_EACH = "sum by (namespace, release) "

PROMISES = (
    Promise(
        name="Availability",
        record="outlay:requests_failed",
        bearable=0.001,
        wrong=(
            f'{_EACH}(rate(outlay_requests_total{{{OWN},service="gateway",status=~"5.."}}[WINDOW]))'
            f' or 0 * {_EACH}(rate(outlay_requests_total{{{OWN},service="gateway"}}[WINDOW]))'
        ),
        all=f'{_EACH}(rate(outlay_requests_total{{{OWN},service="gateway"}}[WINDOW]))',
        count=f'{_EACH}(increase(outlay_requests_total{{{OWN},service="gateway"}}[WINDOW]))',
        says="99.9% of requests do not fail",
    ),
    Promise(
        name="Latency",
        record="outlay:requests_slow",
        bearable=0.01,
        wrong=(
            f'{_EACH}(rate(outlay_request_seconds_count{{{OWN},service="gateway"}}[WINDOW]))'
            f' - {_EACH}(rate(outlay_request_seconds_bucket{{{OWN},service="gateway",le="0.5"}}[WINDOW]))'
        ),
        all=f'{_EACH}(rate(outlay_request_seconds_count{{{OWN},service="gateway"}}[WINDOW]))',
        count=f'{_EACH}(increase(outlay_request_seconds_count{{{OWN},service="gateway"}}[WINDOW]))',
        says="99% of requests are answered within half a second",
    ),
    Promise(
        name="Telling",
        record="outlay:alerts_late",
        bearable=0.01,
        wrong=(
            f'{_EACH}(rate(outlay_alert_seconds_count{{{OWN},kind="budget_exceeded"}}[WINDOW]))'
            f' - {_EACH}(rate(outlay_alert_seconds_bucket{{{OWN},kind="budget_exceeded",le="10.0"}}[WINDOW]))'
        ),
        all=f'{_EACH}(rate(outlay_alert_seconds_count{{{OWN},kind="budget_exceeded"}}[WINDOW]))',
        count=f'{_EACH}(increase(outlay_alert_seconds_count{{{OWN},kind="budget_exceeded"}}[WINDOW]))',
        says="99% of emails about exceeded budgets are with the provider within ten seconds of the expense",
    ),
)
_LEAST = 20
"""Fewer do not count: one late email at night is no reason to page anybody."""


def promises() -> str:
    """Return rules/promises.yaml."""
    lines = [
        "# Written by `make charts-docs` from charts/write/rules.py.",
        "# Each service level has an error budget over 30 days. Alerts fire when it burns so fast that it would be used up:",
        "# fast burns page somebody, slow ones are for the next working day.",
        "groups:",
    ]
    for promise in PROMISES:
        lines += [f"  - name: outlay-{promise.name.lower()}", "    rules:"]
        lines += [line for window in _WINDOWS for line in _recorded(promise, window)]
        lines += _alert(promise, "BurnsFast", _FAST, severity="page", over="1h", lasts="2m")
        lines += _alert(promise, "BurnsSlowly", _SLOW, severity="ticket", over="1d", lasts="1h")
    return "\n".join(lines) + "\n"


def _recorded(promise: Promise, window: str) -> list[str]:
    share = f"({promise.wrong}) / ({promise.all})".replace("WINDOW", window)
    return [f"      - record: {promise.record}:ratio_rate{window}", f"        expr: {share}"]


def _alert(
    promise: Promise, word: str, pairs: tuple[tuple[float, str, str], ...], *, severity: str, over: str, lasts: str
) -> list[str]:
    burning = "\n          or\n".join(
        f"          ({promise.record}:ratio_rate{long}{{{OWN}}} > {times * promise.bearable:g}"
        f" and {promise.record}:ratio_rate{short}{{{OWN}}} > {times * promise.bearable:g})"
        for times, long, short in pairs
    )
    name = f"{promise.name}{word}"
    return [
        f"      - alert: {name}",
        "        expr: |",
        "          (",
        burning,
        "          )",
        f"          and {promise.count.replace('WINDOW', over)} > {_LEAST}",
        f"        for: {lasts}",
        f"        labels: {{severity: {severity}}}",
        "        annotations:",
        f'          summary: "{promise.says}: the error budget of the month is being used up."',
        f"          runbook_url: docs/operate/runbook.md#{name.lower()}",
    ]
