"""The auditor finds nothing where nothing is wrong, and finds each kind of damage."""

from __future__ import annotations

import dataclasses
import email
import email.policy
import itertools
import random
from typing import TYPE_CHECKING

import pytest

from faults import scenarios
from faults.auditor import What, audit, verdict
from faults.client import App
from faults.evidence import Accepted, DeadEvent, Evidence, Window, copy_stores, read_api
from faults.fault_runner import QUIET_LOOKS
from faults.journal import Journal
from support.household_file import settled
from testing.servers.process import OutlayProcess
from testing.waiting import eventually

if TYPE_CHECKING:
    from pathlib import Path


_MAILS = 8
"""Two letters to newcomers, five mails that were promised, one about the import. One more if it was faster than the correction."""


@pytest.fixture(scope="module")
def replayed(tmp_path_factory: pytest.TempPathFactory) -> Evidence:
    """Two people play each scenario once, in one process without faults."""
    folder = tmp_path_factory.mktemp("replayed") / "data"
    with OutlayProcess(folder) as process:
        journal = Journal()
        people = [App(process.url, journal, patience=20).join(-1).verify(process) for _ in range(2)]
        for number, (scenario, _often) in enumerate(scenarios.OFTEN):
            chance = random.Random(number)
            scenario(
                scenarios.open_scenario(people[number % 2], f"Budget {number}", scenario, fault=-1, chance=chance, patience=20)
            )
        left = Evidence(folder, journal, [])
        eventually(lambda: len(process.mails()) >= _MAILS and all(_at_rest(process, left) for _ in range(QUIET_LOOKS)))
        readings = {person.user_id: read_api(person) for person in people}
        accepted = [_accepted(path) for path in process.mails()]
        for person in people:
            person.close()
    return dataclasses.replace(left, accepted=accepted, readings=readings)


def _at_rest(process: OutlayProcess, left: Evidence) -> bool:
    return settled(process) and left.rows("notifier", "SELECT count(*) FROM mail WHERE state = 'pending'") == [(0,)]


def _accepted(path: Path) -> Accepted:
    headers = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    return Accepted(path.stem.rsplit("_", 1)[-1], "", path.stat().st_mtime, str(headers["X-Outlay-Kind"]))


@pytest.fixture
def damaged(replayed: Evidence, tmp_path: Path) -> Evidence:
    """The same, on copies."""
    return copy_stores(replayed, tmp_path / "copy")


def found(evidence: Evidence) -> set[What]:
    return {finding.what for finding in audit(evidence) if not finding.excused}


def do(evidence: Evidence, store: str, statement: str) -> None:
    with evidence.opened(store) as connection:
        assert connection.execute(statement).rowcount > 0


def test_it_finds_nothing_where_nothing_is_wrong(damaged: Evidence) -> None:
    assert audit(damaged) == []
    assert sum(promise.least for promise in damaged.journal.promises.values()) == 5


def test_it_notices_a_missing_mail(damaged: Evidence) -> None:
    for gone in damaged.accepted:
        without = dataclasses.replace(damaged, accepted=[mail for mail in damaged.accepted if mail is not gone])
        assert What.LOST in found(without)


def test_it_notices_a_mail_that_was_accepted_twice(damaged: Evidence) -> None:
    doubled = dataclasses.replace(damaged, accepted=[*damaged.accepted, damaged.accepted[0]])
    assert found(doubled) == {What.DOUBLED}


def test_a_duplicate_is_excused_only_if_a_fault_explains_it(damaged: Evidence) -> None:
    at = damaged.accepted[0].at
    doubled = dataclasses.replace(damaged, accepted=[*damaged.accepted, damaged.accepted[0]])
    for uncertain, started in itertools.product((True, False), (at - 1, at + 3600)):
        windows = [Window(0, "kind", "", started, started + 2, recovery=1.0, uncertain=uncertain)]
        assert verdict(audit(dataclasses.replace(doubled, windows=windows))) is (uncertain and started < at)


def test_it_notices_an_unexpected_mail(damaged: Evidence) -> None:
    stray = Accepted("00000000-0000-7000-8000-000000000000", "", damaged.accepted[0].at)
    assert found(dataclasses.replace(damaged, accepted=[*damaged.accepted, stray])) == {What.STRAY}


@pytest.mark.parametrize(
    ("store", "statement", "what"),
    [
        ("expenses", "DELETE FROM expense WHERE number = (SELECT max(number) FROM expense)", {What.MONEY, What.WRITE}),
        ("expenses", "UPDATE expense SET home_minor = home_minor + 1 WHERE number = 1", {What.MONEY, What.WRITE}),
        ("expenses", "UPDATE expense SET spent_on = '2000-01-01' WHERE number = 2", {What.MONEY, What.WRITE}),
        ("budgets", "UPDATE spend_day SET home_minor = home_minor - 1 WHERE rowid = 3", {What.MONEY}),
        ("budgets", "DELETE FROM spend_day WHERE rowid = 1", {What.MONEY}),
        ("budgets", "DELETE FROM ledger_entry WHERE rowid = 5", {What.MONEY}),
        ("budgets", "DELETE FROM budget WHERE rowid = 1", {What.WRITE}),
        ("notifier", "DELETE FROM alert WHERE kind = 'budget.exceeded' AND withdrawn_ms IS NULL", {What.LOST}),
        ("notifier", "UPDATE alert SET budget_id = 'other' WHERE kind = 'budget.exceeded'", {What.LOST, What.STRAY}),
        ("notifier", "UPDATE alert SET withdrawn_ms = 1 WHERE kind = 'budget.exceeded'", {What.ALERT}),
        ("notifier", "UPDATE mail SET state = 'pending' WHERE kind = 'verify_email'", {What.ALERT, What.UNSENT}),
        ("notifier", "DELETE FROM recipient", {What.WRITE}),
        ("auth", "UPDATE document SET pending_since = 1 WHERE kind = 'user'", {What.UNSENT}),
    ],
)
def test_it_notices_damage_in_a_store(damaged: Evidence, store: str, statement: str, what: set[What]) -> None:
    do(damaged, store, statement)
    assert found(damaged) >= what


def test_it_notices_an_expense_without_an_event(damaged: Evidence) -> None:
    expense = next(iter(damaged.journal.expenses))
    journal = dataclasses.replace(damaged.journal, expenses={k: e for k, e in damaged.journal.expenses.items() if k != expense})
    assert found(dataclasses.replace(damaged, journal=journal)) == {What.WRITE}


def test_it_notices_an_import_that_went_in_twice(damaged: Evidence) -> None:
    assert found(dataclasses.replace(damaged, journal=dataclasses.replace(damaged.journal, imports=[]))) == {What.WRITE, What.STRAY}


def test_it_notices_a_summary_of_an_import_that_leaves_a_budget_out(damaged: Evidence) -> None:
    do(damaged, "notifier", "UPDATE mail SET facts = json_set(facts, '$.over', json('[]')) WHERE kind = 'import.completed'")
    assert found(damaged) == {What.LOST}


def test_it_notices_wrong_sums(damaged: Evidence) -> None:
    user, reading = next(iter(damaged.readings.items()))
    other = dataclasses.replace(reading, by_day={**reading.by_day, "2000-01-01": 1})
    assert found(dataclasses.replace(damaged, readings={**damaged.readings, user: other})) == {What.MONEY}


def test_it_notices_waiting_and_dead_events(damaged: Evidence) -> None:
    assert found(dataclasses.replace(damaged, queues={"budgets.spending": 1})) == {What.QUEUE}
    dead = [DeadEvent("budgets.spending", "expense.recorded", "ValueError: no")]
    assert found(dataclasses.replace(damaged, dead=dead)) == {What.DEAD}
    assert verdict(audit(dataclasses.replace(damaged, dead=dead, explained=["ValueError"])))


def test_it_notices_a_fault_without_recovery(damaged: Evidence) -> None:
    windows = [Window(0, "kind", "", 1.0, 2.0, recovery=3.0), Window(1, "kind", "", 4.0, 5.0)]
    findings = audit(dataclasses.replace(damaged, windows=windows))
    assert [(finding.what, finding.fault) for finding in findings] == [(What.STUCK, 1)]


def test_it_reports_what_clients_experienced(damaged: Evidence) -> None:
    journal = dataclasses.replace(damaged.journal, bugs=["POST expenses was answered with 404"])
    assert found(dataclasses.replace(damaged, journal=journal)) == {What.BUG}
