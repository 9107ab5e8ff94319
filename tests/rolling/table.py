"""The table that a run of rolling restarts prints."""

from __future__ import annotations

import statistics
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from faults.auditor import What, audit

if TYPE_CHECKING:
    from faults.auditor import Finding
    from faults.evidence import Evidence
    from rolling.environment import Crowd, RollingEnvironment

_ASKED_AGAIN = "a connection ended before its answer"


@dataclass
class Result:
    """The result of a run."""

    rows: list[tuple[str, object]]
    broken: list[str] = field(default_factory=list)
    """What was promised and not kept, a sentence each."""

    def __str__(self) -> str:
        """Return the table, and what is wrong, as Markdown."""
        width = max(len(name) for name, _value in self.rows)
        lines = [f"| {name:<{width}} | {value!s:>12} |" for name, value in self.rows]
        wrong = [f"  {line}" for line in self.broken[:40]]
        return "\n".join([*lines, "", f"{len(self.broken)} broken:" if self.broken else "Everything was kept.", *wrong])


def result_of(environment: RollingEnvironment, crowd: Crowd, evidence: Evidence, *, missed: int) -> Result:
    """Compare what was promised with the evidence."""
    tally, cluster, journal = crowd.tally, environment.fleet, evidence.journal
    findings = audit(evidence)
    found: Counter[What] = Counter(finding.what for finding in findings)
    breaks = [seconds for page in crowd.pages for seconds in page.breaks]
    told = [promise for promise in journal.promises.values() if promise.least]
    stream_failures = [failure for page in crowd.pages for failure in page.failures]
    rows: list[tuple[str, object]] = [
        ("processes replaced", cluster.restarts),
        ("requests sent", f"{tally.sent:,}"),
        ("requests failed", len(tally.failed)),
        ("connections retried by browsers", tally.retried),
        ("connections retried by the gateway", _asked_again(environment)),
        ("slowest request", f"{tally.slowest[0]:.2f} s"),
        ("people who signed up", len(journal.users)),
        ("visits, each with a sign-in", tally.signed_in),
        ("expenses acknowledged and kept", len(journal.expenses)),
        ("budgets exceeded", sum(promise.least for promise in told)),
        ("slowest mail after its expense", _slowest_mail(evidence)),
        ("alerts lost", found[What.LOST] + found[What.UNSENT]),
        ("alerts doubled", found[What.DOUBLED]),
        ("events dead or stuck", found[What.DEAD] + found[What.STUCK] + found[What.QUEUE]),
        ("live streams ended and opened again", len(breaks)),
        ("longest break of a live stream", f"{max(breaks, default=0.0):.2f} s"),
        ("alerts that an open page never showed", missed),
    ]
    broken = [
        *(f"failed: {failure}" for failure in tally.failed),
        *(f"live: {failure}" for failure in stream_failures),
        *_sentences(findings),
        *(f"ended badly: {name}" for name in cluster.ended_badly),
        *(f"died: {name}" for name in sorted(set(cluster.died))),
        *([f"{missed} alerts were never shown by an open page"] if missed else []),
        *([f"{journal.repeats} requests were repeated"] if journal.repeats > len(tally.failed) else []),
    ]
    return Result(rows, broken)


def _sentences(findings: list[Finding]) -> list[str]:
    return [f"{finding.what}: {finding.detail}" for finding in findings]


def _asked_again(environment: RollingEnvironment) -> int:
    return sum(log.read_text(errors="replace").count(_ASKED_AGAIN) for log in environment.fleet.logs.glob("gateway-*.log"))


def _slowest_mail(evidence: Evidence) -> str:
    rows = evidence.rows("notifier", "SELECT m.id, a.budget_id FROM mail m JOIN alert a ON a.id = m.alert_id")
    first: dict[str, float] = {}
    for mail in evidence.accepted:
        first.setdefault(mail.mail_id, mail.at)
    waits = [
        first[mail_id] - evidence.journal.promises[budget_id].tipped_at
        for mail_id, budget_id in rows
        if mail_id in first and budget_id in evidence.journal.promises
    ]
    waits = [wait for wait in waits if wait >= 0]  # of a budget that was tipped twice, the later one counts
    return f"{max(waits):.1f} s (median {statistics.median(waits):.1f} s)" if waits else "-"
