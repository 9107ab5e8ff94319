"""What `helm test` runs does what it says, against a real process; and the dashboards show what that process then tells."""

from __future__ import annotations

import re
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

from charts.prometheus import panels, promtool
from testing.clients.client import Person
from testing.servers.helm import SUITE
from testing.servers.process import OutlayProcess
from testing.waiting import eventually

SMOKE = SUITE / "files" / "smoke.py"
_ONLY_IN_TROUBLE = ('outcome="retried"', 'status=~"5.."', "outlay_assistant_fallbacks_total")
"""What a healthy process has nothing to tell of."""


@dataclass(frozen=True)
class Tried:
    """What it said, and the page of metrics afterwards."""

    ran: subprocess.CompletedProcess[str]
    page: str


@pytest.fixture(scope="module")
def tried(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tried]:
    outlay = OutlayProcess(tmp_path_factory.mktemp("smoke") / "data")
    outlay.start()
    try:
        be_told_by_mail(outlay)
        ran = smoke(outlay.url)
        with urllib.request.urlopen(f"{outlay.management}/metrics", timeout=10) as answer:
            yield Tried(ran, answer.read().decode())
    finally:
        outlay.stop()


def be_told_by_mail(outlay: OutlayProcess) -> None:
    """Exceed a budget as somebody whose address is confirmed, which the smoke test's is not."""
    person = Person(outlay.url).verify(outlay)
    person.budget("10.00")
    person.spend("11.00")
    eventually(lambda: outlay.mails("budget_exceeded"))


def smoke(url: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-I", str(SMOKE), url], capture_output=True, text=True, timeout=300, check=False)


def test_it_signs_up_spends_sees_the_budget_change_asks_and_leaves(tried: Tried) -> None:
    assert tried.ran.returncode == 0, tried.ran.stdout + tried.ran.stderr
    assert [line.split()[0] for line in tried.ran.stdout.splitlines()] == ["signed", "set", "spent", "the", "the", "asked", "left;"]
    assert "the budget says exceeded" in tried.ran.stdout


def test_it_fails_with_a_reason_where_nobody_answers() -> None:
    ran = smoke("http://127.0.0.1:9")
    assert ran.returncode == 1
    assert ran.stdout.startswith("FAILED: ")


def test_its_alert_is_mailed_to_nobody(tried: Tried) -> None:
    """The series are those that NoMailsLeave asks for."""
    told = {state: f'outlay_mails_total{{kind="budget.exceeded",state="{state}"}} ' for state in ("pending", "sent")}
    assert {state: float(tried.page.split(series)[1].split()[0]) for state, series in told.items()} == {"pending": 2, "sent": 1}


def test_every_panel_shows_what_a_process_tells(tried: Tried, tmp_path: Path) -> None:
    """Prometheus reads each query of the dashboards, and finds something, in half an hour of such pages."""
    asked = [(who, shown(query)) for who, query in panels() if not any(word in query for word in _ONLY_IN_TROUBLE)]
    assert len(asked) > 20
    case = {
        "rule_files": [str(SUITE / "rules" / "promises.yaml")],
        "evaluation_interval": "5m",
        "tests": [
            {
                "interval": "1m",
                "input_series": [{"series": series, "values": values} for series, values in growing(tried.page)],
                "promql_expr_test": [
                    {"expr": f"count({query}) > bool 0", "eval_time": "30m", "exp_samples": [{"labels": "{}", "value": 1}]}
                    for _, query in asked
                ],
            }
        ],
    }
    (tmp_path / "case.yaml").write_text(yaml.safe_dump(case))
    answer = promtool("test", "rules", tmp_path / "case.yaml")
    assert answer.returncode == 0, answer.stdout + answer.stderr


def shown(query: str) -> str:
    return query.replace("$__rate_interval", "4m").replace("$namespace", "outlay").replace("$release", "outlay")


def growing(page: str) -> Iterator[tuple[str, str]]:
    """Return each series with its values: counters grow by what they are each minute, all else stays."""
    for line in page.splitlines():
        if line and not line.startswith("#"):
            series, _, value = line.rpartition(" ")
            name, brace, labels = series.partition("{")
            grows = re.search("_(total|bucket|count|sum)$", name)
            target = 'namespace="outlay",release="outlay",job="outlay-home"'
            told = f"{{{target},{labels}" if brace else f"{{{target}}}"
            yield name + told, f"{float(value):f}+{float(value):f}x40" if grows else f"{float(value):f}x40"
