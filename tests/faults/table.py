"""The result of a run as a Markdown table."""

from __future__ import annotations

import statistics
from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from faults.auditor import Finding, What

if TYPE_CHECKING:
    from collections.abc import Sequence

    from faults.evidence import Evidence, Window


def table(evidence: Evidence, findings: Sequence[Finding]) -> str:
    """Return a line with the figures, a table with a row for each kind of fault, and all findings."""
    by_kind: defaultdict[str, list[Window]] = defaultdict(list)
    for window in evidence.windows:
        by_kind[window.kind].append(window)
    lost = _count(evidence, findings, What.LOST, excused=False)
    doubled = _count(evidence, findings, What.DOUBLED, excused=False)
    in_window = _count(evidence, findings, What.DOUBLED, excused=True)
    lines = [
        _summary(evidence),
        "",
        "| fault | times | recovered p50 | max | backlog worked off p50 | max | lost | doubled | doubled in the unknowable window |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for kind, windows in sorted(by_kind.items()):
        lines.append(
            f"| {kind} | {len(windows)} | {_seconds([w.recovery for w in windows])} | {_seconds([w.backlog for w in windows])}"
            f" | {lost[kind]} | {doubled[kind]} | {in_window[kind]} |"
        )
    total = f"| all | {len(evidence.windows)} | {_seconds([w.recovery for w in evidence.windows])}"
    total += f" | {_seconds([w.backlog for w in evidence.windows])} | {lost.total()} | {doubled.total()} | {in_window.total()} |"
    return "\n".join([*lines, total, "", *_told(findings)])


def _summary(evidence: Evidence) -> str:
    journal, promises = evidence.journal, evidence.journal.promises.values()
    sure = sum(promise.least for promise in promises)
    perhaps = sum(promise.most - promise.least for promise in promises)
    alerts = evidence.rows("notifier", "SELECT count(*) FROM alert WHERE kind = 'budget.exceeded'")[0][0]
    about = {row[0] for row in evidence.rows("notifier", "SELECT m.id FROM mail m WHERE m.kind = 'budget.exceeded'")}
    mails = len({mail.mail_id for mail in evidence.accepted} & about)
    return (
        f"{sure} crossings planned and {perhaps} that may be taken back in time, {alerts} alerts, {mails} mails about them accepted"
        f" ({len(evidence.accepted)} mails of all kinds); {journal.writes} writes acknowledged, {journal.repeats} requests repeated,"
        f" {journal.turned_away} turned away because of a wrong clock."
    )


def _count(evidence: Evidence, findings: Sequence[Finding], what: What, *, excused: bool) -> Counter[str]:
    kinds = {window.number: window.kind for window in evidence.windows}
    mine = (finding for finding in findings if finding.what is what and finding.excused is excused)
    return Counter(kinds.get(finding.fault, "no fault") for finding in mine)


def _seconds(values: Sequence[float | None]) -> str:
    known = [value for value in values if value is not None]
    if len(known) < len(values):
        return "never | never"
    return f"{statistics.median(known):.1f} s | {max(known):.1f} s" if known else "- | -"


def _told(findings: Sequence[Finding]) -> list[str]:
    if not findings:
        return ["Nothing disagrees."]
    lines = [f"- {'(excused) ' if f.excused else ''}**{f.what}**, fault {f.fault + 1 or 'none'}: {f.detail}" for f in findings]
    return [f"{len(findings)} findings, {sum(not f.excused for f in findings)} of them not excused:", "", *lines]
