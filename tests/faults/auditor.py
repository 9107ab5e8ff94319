"""Compares the state after a run with what was promised to clients, and reports each difference."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from faults.evidence import Accepted, Evidence, Slot, Window
from faults.journal import Promise

_AROUND_SECONDS = 20.0
"""How far from a fault its effect on a mail that was being sent may lie: the provider's answer is waited for so long."""
_SENT = ("sent", "deferred", "delivered", "bounced", "dropped", "spam_reported")


class What(StrEnum):
    """The kinds of finding."""

    MONEY = "money"
    WRITE = "write"
    LOST = "lost"
    DOUBLED = "doubled"
    STRAY = "stray"
    ALERT = "alert"
    UNSENT = "unsent"
    QUEUE = "queue"
    DEAD = "dead"
    STUCK = "stuck"
    BUG = "bug"


@dataclass(frozen=True)
class Finding:
    """One difference between the state and what was promised."""

    what: What
    detail: str
    fault: int = -1
    """Number of the fault that it belongs to, -1 if to none."""
    excused: bool = False
    """Whether it lies in the window that nobody can close, or is explained by the fault itself."""


def audit(evidence: Evidence) -> list[Finding]:
    """Compare everything; return the findings."""
    checks = (_money, _api, _writes, _imports, _crossings, _import_alerts, _letters, _mails, _left_over, _recoveries, _bugs)
    return [finding for check in checks for finding in check(evidence)]


def verdict(findings: Iterable[Finding]) -> bool:
    """Return whether all findings are excused by a fault."""
    return all(finding.excused for finding in findings)


def _money(evidence: Evidence) -> Iterator[Finding]:
    """The sum of expenses is the sum of budget spending, for each user, category and day."""
    spent: Counter[Slot] = Counter()
    for user, category, day, minor, *_more in evidence.recorded().values():
        spent[user, category, day] += minor
    counted = evidence.spending()
    for slot in sorted({*spent, *counted}):
        if spent[slot] != counted[slot]:
            yield Finding(What.MONEY, f"{slot}: expenses {spent[slot]}, budgets {counted[slot]}")
    known, recorded = evidence.ledger(), evidence.recorded()
    for expense_id in sorted({*known, *recorded}):
        ours, theirs = recorded.get(expense_id), known.get(expense_id)
        if (ours[:4] if ours else None) != theirs:
            yield Finding(What.MONEY, f"expense {expense_id}: expenses has {ours}, budgets {theirs}")


def _api(evidence: Evidence) -> Iterator[Finding]:
    """The API shows what is stored."""
    for user, reading in evidence.readings.items():
        by_category: Counter[str] = Counter()
        by_day: Counter[str] = Counter()
        for owner, category, day, minor, *_more in evidence.recorded().values():
            if owner == user:
                by_category[category] += minor
                by_day[day] += minor
        shown = {"category": (by_category, reading.by_category), "day": (by_day, reading.by_day)}
        for name, (stored, told) in shown.items():
            if dict(+stored) != {key: minor for key, minor in told.items() if minor}:
                yield Finding(What.MONEY, f"user {user} is shown other sums by {name} than are stored")
        mine = {promise.budget_id for promise in evidence.journal.promises.values() if promise.user_id == user}
        if mine != set(reading.budgets):
            yield Finding(What.WRITE, f"user {user} has other budgets than were acknowledged: {mine ^ set(reading.budgets)}")


def _writes(evidence: Evidence) -> Iterator[Finding]:
    """What was acknowledged is stored once, and nothing else is."""
    recorded, journal = evidence.recorded(), evidence.journal
    typed = {key: row[:4] for key, row in recorded.items() if row[4] is None}
    wanted = {key: (e.user_id, e.category_id, e.day, e.minor) for key, e in journal.expenses.items()}
    for expense_id in sorted({*typed, *wanted}):
        if typed.get(expense_id) != wanted.get(expense_id):
            yield Finding(What.WRITE, f"expense {expense_id}: told {wanted.get(expense_id)}, stored {typed.get(expense_id)}")
    for name, told, query in (
        ("budget", set(journal.promises), evidence.rows("budgets", "SELECT id FROM budget")),
        ("category", set(journal.categories), evidence.rows("expenses", "SELECT id FROM category")),
        ("user", set(journal.users), evidence.rows("notifier", "SELECT user_id FROM recipient")),
    ):
        stored = {row[0] for row in query}
        yield from (Finding(What.WRITE, f"{name} {key} was acknowledged and is not there") for key in sorted(told - stored))
        # Users are given a few categories to begin with, which no client asked for.
        extra = sorted(stored - told) if name != "category" else []
        yield from (Finding(What.WRITE, f"{name} {key} is there and was never acknowledged") for key in extra)


def _imports(evidence: Evidence) -> Iterator[Finding]:
    """Each import has its rows, and there is no other import."""
    stored: defaultdict[str, list[tuple[str, str, int]]] = defaultdict(list)
    for _user, _category, day, minor, import_id, payee in evidence.recorded().values():
        if import_id is not None:
            stored[import_id].append((payee, day, minor))
    told = {imported.import_id: sorted(imported.rows) for imported in evidence.journal.imports}
    for import_id in sorted({*stored, *told}):
        if sorted(stored.get(import_id, [])) != told.get(import_id, []):
            yield Finding(What.WRITE, f"import {import_id}: other rows are stored than were told")


def _crossings(evidence: Evidence) -> Iterator[Finding]:
    """Each budget has as many alerts, and each of these as many accepted mails, as its scenario says."""
    alerts = _by_budget(evidence)
    times = Counter(mail.mail_id for mail in evidence.accepted)
    for promise in evidence.journal.promises.values():
        mine = alerts.pop(promise.budget_id, [])
        if not promise.least <= len(mine) <= promise.most:
            wanted = f"{promise.least}..{promise.most} alerts"
            what = What.LOST if len(mine) < promise.least else What.ALERT
            yield Finding(what, f"{_named(promise)}: {len(mine)} alerts instead of {wanted}", promise.fault)
        mailed = sum(times[alert.mail_id] > 0 for alert in mine)
        if mailed < promise.least:
            states = [alert.state for alert in mine]
            yield Finding(What.LOST, f"{_named(promise)}: {mailed} of {promise.least} mails accepted; {states}", promise.fault)
        withdrawn = sum(alert.withdrawn for alert in mine)
        if withdrawn != min(promise.withdrawn, len(mine)):
            yield Finding(What.ALERT, f"{_named(promise)}: {withdrawn} alerts withdrawn", promise.fault)
    for budget_id, more in alerts.items():
        yield Finding(What.STRAY, f"{len(more)} alerts about the unknown budget {budget_id}")


@dataclass(frozen=True)
class _Alert:
    cause_id: str
    withdrawn: bool
    mail_id: str
    state: str


def _by_budget(evidence: Evidence) -> dict[str, list[_Alert]]:
    found: defaultdict[str, list[_Alert]] = defaultdict(list)
    rows = evidence.rows(
        "notifier",
        "SELECT a.budget_id, a.cause_id, a.withdrawn_ms IS NOT NULL, coalesce(m.id, ''), coalesce(m.state, 'no mail')"
        " FROM alert a LEFT JOIN mail m ON m.alert_id = a.id WHERE a.kind = 'budget.exceeded'",
    )
    for budget_id, *alert in rows:
        found[budget_id].append(_Alert(alert[0], bool(alert[1]), alert[2], alert[3]))
    return found


def _import_alerts(evidence: Evidence) -> Iterator[Finding]:
    """Each import has one alert, which names the budget that it exceeded."""
    query = "SELECT a.cause_id, m.id, m.facts FROM alert a JOIN mail m ON m.alert_id = a.id WHERE a.kind = 'import.completed'"
    rows = evidence.rows("notifier", query)
    mails = {import_id: mail_id for import_id, mail_id, _facts in rows}
    named = {import_id: [entry["budget_id"] for entry in json.loads(facts)["over"]] for import_id, _mail_id, facts in rows}
    accepted = {mail.mail_id for mail in evidence.accepted}
    for imported in evidence.journal.imports:
        if mails.pop(imported.import_id, None) not in accepted:
            yield Finding(What.LOST, f"no mail about import {imported.import_id}", imported.fault)
        elif imported.exceeds and named[imported.import_id] != [imported.exceeds]:
            wrong = (
                f"the mail about import {imported.import_id} names the budgets {named[imported.import_id]}, not {imported.exceeds}"
            )
            yield Finding(What.LOST, wrong, imported.fault)
    yield from (Finding(What.STRAY, f"an alert about the unknown import {import_id}") for import_id in mails)


def _letters(evidence: Evidence) -> Iterator[Finding]:
    """Each account gets one email to verify its address."""
    letters = dict(evidence.rows("notifier", "SELECT id, user_id FROM mail WHERE kind = 'verify_email'"))
    accepted = {mail.mail_id for mail in evidence.accepted}
    asked = Counter(user for mail_id, user in letters.items() if mail_id in accepted)
    for user, fault in evidence.journal.users.items():
        if asked[user] == 0:
            yield Finding(What.LOST, f"no letter to user {user}", fault)
        elif asked[user] > 1:
            yield Finding(What.DOUBLED, f"{asked[user]} letters to user {user}", fault)


def _mails(evidence: Evidence) -> Iterator[Finding]:
    """Each accepted mail is one that the notifier stored, was accepted once, and is marked as sent."""
    stored = dict(evidence.rows("notifier", "SELECT id, state FROM mail"))
    accepted: defaultdict[str, list[Accepted]] = defaultdict(list)
    for mail in evidence.accepted:
        accepted[mail.mail_id].append(mail)
    for mail_id, times in accepted.items():
        if len(times) > 1:
            window = next(iter(_uncertain(evidence.windows, times)), None)
            number = window.number if window else _active(evidence.windows, times[0].at)
            yield Finding(What.DOUBLED, f"mail {mail_id} accepted {len(times)} times", number, excused=window is not None)
        if mail_id not in stored:
            yield Finding(What.STRAY, f"mail {mail_id} ({times[0].subject}) is unknown to the notifier")
        elif stored[mail_id] not in _SENT:
            fault = _active(evidence.windows, times[0].at)
            yield Finding(What.ALERT, f"mail {mail_id} was accepted and is noted as {stored[mail_id]}", fault)
    for mail_id, state in stored.items():
        if state in _SENT and mail_id not in accepted:
            yield Finding(What.LOST, f"mail {mail_id} is noted as {state} and was never accepted")
        elif state not in (*_SENT, "withdrawn"):
            yield Finding(What.UNSENT, f"mail {mail_id} is {state}")


def _uncertain(windows: Sequence[Window], times: Sequence[Accepted]) -> Iterator[Window]:
    first, last = times[0].at, times[-1].at
    for window in windows:
        if window.uncertain and window.started - _AROUND_SECONDS <= last and first <= window.ended + _AROUND_SECONDS:
            yield window


def _active(windows: Sequence[Window], at: float) -> int:
    return next((window.number for window in reversed(windows) if window.started <= at), -1)


def _left_over(evidence: Evidence) -> Iterator[Finding]:
    """Nothing waits anywhere."""
    for store in ("expenses", "budgets", "notifier"):
        count = evidence.rows(store, "SELECT count(*) FROM outbox")[0][0]
        if count:
            yield Finding(What.UNSENT, f"{count} events wait in the outbox of {store}")
    count = evidence.rows("auth", "SELECT count(*) FROM document WHERE pending_since IS NOT NULL")[0][0]
    if count:
        yield Finding(What.UNSENT, f"{count} documents of auth have events that wait")
    for queue, count in evidence.queues.items():
        if count:
            yield Finding(What.QUEUE, f"{count} messages are left in {queue}")
    for dead in evidence.dead:
        explained = any(part in dead.reason for part in evidence.explained)
        yield Finding(What.DEAD, f"{dead.type} in {dead.queue}: {dead.reason}", excused=explained)


def _recoveries(evidence: Evidence) -> Iterator[Finding]:
    """After each fault the suite recovered by itself."""
    for window in evidence.windows:
        if window.recovery is None:
            yield Finding(What.STUCK, f"not recovered from {window.kind} ({window.detail})", window.number)


def _bugs(evidence: Evidence) -> Iterator[Finding]:
    yield from (Finding(What.BUG, bug) for bug in evidence.journal.bugs)


def _named(promise: Promise) -> str:
    return f"{promise.name} ({promise.scenario})"
