"""One trace runs from the request that exceeds a budget to the email about it, as a collector receives it."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import httpx
import pytest

from testing.clients.client import Person
from testing.servers.collector import Collector, Received
from testing.servers.process import OutlayProcess
from testing.waiting import eventually

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

TRACE = "0af7651916cd43dd8448eb211c80319c"


@pytest.fixture
def collector() -> Iterator[Collector]:
    with Collector() as running:
        yield running


def tip(person: Person, *, traceparent: str = "") -> None:
    """Record the expense that takes a budget over its limit."""
    person.budget("100.00", name="Secret hobby")
    body = {
        "amount": {"amount": "150.00", "currency": "EUR"},
        "spent_on": time.strftime("%Y-%m-%d", time.gmtime()),
        "payee": "Hidden Shop",
    }
    answer = person.post("expenses", json=body, headers={"traceparent": traceparent} if traceparent else {})
    assert answer.status_code == 201, answer.text


def test_one_trace_runs_from_the_request_to_the_mail(tmp_path: Path, collector: Collector) -> None:
    with OutlayProcess(tmp_path / "data", OUTLAY_TRACES=collector.url) as outlay:
        person = Person(outlay.url).verify(outlay)
        tip(person, traceparent=f"00-{TRACE}-b7ad6b7169203331-01")
        eventually(lambda: collector.named("send mail", outlay__mail="budget_exceeded"))
    [mail] = collector.named("send mail", outlay__mail="budget_exceeded")
    path = ancestors(collector, mail)
    assert [(span.service, span.kind, span.name) for span in path] == [
        ("gateway", "server", "POST /api/v1/expenses"),
        ("expenses", "server", "POST /api/v1/expenses"),
        ("expenses", "producer", "create expense.recorded"),
        ("budgets", "consumer", "process budgets.spending"),
        ("budgets", "producer", "create budget.exceeded"),
        ("notifier", "consumer", "process notifier.alerts"),
        ("notifier", "internal", "deliver mail"),
        ("notifier", "client", "send mail"),
    ]
    assert {span.trace_id for span in path} == {TRACE}
    assert path[0].parent_id == "b7ad6b7169203331"
    assert [span.started_ns for span in path] == sorted(span.started_ns for span in path)
    assert not [span for span in collector.spans if span.failure]
    handled = path[3].attributes
    assert handled["messaging.destination.name"] == "budgets.spending"
    assert (handled["outlay.event_type"], handled["outlay.outcome"]) == ("expense.recorded", "handled")


def test_how_late_events_and_alerts_are_is_measured(tmp_path: Path) -> None:
    with OutlayProcess(tmp_path / "data") as outlay:
        tip(Person(outlay.url).verify(outlay))
        eventually(lambda: outlay.mails("budget_exceeded"))
        page = eventually(lambda: measured(outlay))
    figures = dict(line.rsplit(" ", 1) for line in page.splitlines() if not line.startswith("#"))
    assert figures['outlay_alert_seconds_count{kind="budget_exceeded"}'] == "1.0"
    assert 0 < float(figures['outlay_alert_seconds_sum{kind="budget_exceeded"}']) < 10
    assert float(figures['outlay_event_delivery_seconds_count{queue="budgets.spending"}']) >= 1
    assert figures['outlay_queue_depth{queue="notifier.alerts",state="dead"}'] == "0.0"


def measured(outlay: OutlayProcess) -> str:
    """Return the page of metrics, empty while no alert was measured."""
    page = httpx.get(f"{outlay.management}/metrics", timeout=60).text
    return page if "outlay_alert_seconds_count" in page else ""


def ancestors(collector: Collector, span: Received) -> list[Received]:
    """Return a span and all that it is inside of, the outermost first; fail if one was not received."""
    known = {each.span_id: each for each in collector.spans}
    path = [span]
    while path[0].parent_id in known:
        path.insert(0, known[path[0].parent_id])
    return path


def test_spans_contain_no_personal_data(tmp_path: Path, collector: Collector) -> None:
    with OutlayProcess(tmp_path / "data", OUTLAY_TRACES=collector.url) as outlay:
        person = Person(outlay.url, name="Marianne").verify(outlay)
        tip(person)
        person.get("expenses", params={"query": "Hidden"})
        person.put("email-verifications/averysecrettoken")
        person.get("expenses/0190f1d2-6f0e-7c3a-9d55-0a4d2c9b7e11")
        eventually(lambda: collector.named("send mail", outlay__mail="budget_exceeded"))
    everything = " ".join(str(span) for span in collector.spans)
    user_id = person.user["id"]
    for word in ("Marianne", person.email, "Hidden", "Secret", "150.00", "averysecrettoken", user_id):
        assert word not in everything, word


def test_an_unsampled_request_is_not_traced(tmp_path: Path, collector: Collector) -> None:
    with OutlayProcess(tmp_path / "data", OUTLAY_TRACES=collector.url) as outlay:
        person = Person(outlay.url).verify(outlay)
        tip(person, traceparent=f"00-{TRACE}-b7ad6b7169203331-00")
        eventually(lambda: outlay.mails("budget_exceeded"))
    assert collector.named("POST /api/v1/users")
    assert not [span for span in collector.spans if span.trace_id == TRACE]


def test_a_sampling_ratio_of_zero_records_only_sampled_requests(tmp_path: Path, collector: Collector) -> None:
    with OutlayProcess(tmp_path / "data", OUTLAY_TRACES=collector.url, OUTLAY_TRACES_SAMPLE="0") as outlay:
        tip(Person(outlay.url).verify(outlay), traceparent=f"00-{TRACE}-b7ad6b7169203331-01")
        eventually(lambda: outlay.mails("budget_exceeded"))
    assert {span.trace_id for span in collector.spans} == {TRACE}


def test_an_unreachable_collector_costs_one_log_line(tmp_path: Path) -> None:
    with Collector() as collector:
        address = collector.url
    with OutlayProcess(tmp_path / "data", OUTLAY_TRACES=address) as outlay:
        for _ in range(2):
            tip(Person(outlay.url).verify(outlay))
        eventually(lambda: "the collector does not accept traces" in outlay.log.read_text("utf-8"))
        tip(Person(outlay.url).verify(outlay))
        eventually(lambda: len(outlay.mails("budget_exceeded")) == 3)
        assert outlay.stop() == 0
    complaints = [
        json.loads(line) for line in outlay.log.read_text("utf-8").splitlines() if '"warning"' in line or '"error"' in line
    ]
    assert [line["logger"] for line in complaints] == ["outlay.traces"]


OFF = """
import sys
import time
from pathlib import Path
from support.suite import built_suite
with built_suite(Path(sys.argv[1])):
    print(*sorted(name for name in sys.modules if name.startswith("opentelemetry")))
"""


def test_off_opentelemetry_is_not_even_imported(tmp_path: Path) -> None:
    run = subprocess.run([sys.executable, "-c", OFF, str(tmp_path)], capture_output=True, text=True, check=True, cwd="tests")
    assert run.stdout.strip() == ""
