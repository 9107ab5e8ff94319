"""A short run: a handful of faults under load, after which everything agrees."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest

from faults.auditor import What, audit
from faults.environment import Environment, Options
from faults.evidence import Evidence, copy_stores
from faults.fault_runner import FaultRunner
from faults.kinds import ALL, BY_NAME
from faults.schedule import drawn
from faults.table import table

if TYPE_CHECKING:
    from pathlib import Path

SEED = 7
FAULTS = (
    "kill -9 of senders in the window",
    "broker memory alarm",
    "provider drops after accepting",
    "broker connections cut",
    "kill -9 broker",
    "kill -9 expenses serve",
)


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Evidence:
    """The evidence after six faults, with one process of each kind."""
    folder = tmp_path_factory.mktemp("faults")
    # The provider here knows at once what it took; that of people takes some seconds.
    with Environment(Options(folder / "run", small_disk=False, settings={"NOTIFIER_UNSURE_SECONDS": "2"})) as environment:
        fault_runner = FaultRunner(environment, crossings=18, seed=SEED, patience=90, haste=0.5)
        played = fault_runner.play([BY_NAME[name] for name in FAULTS], settle=90)
        return copy_stores(played, folder / "copy")


def test_no_alert_is_lost_or_duplicated_and_all_sums_agree(played: Evidence) -> None:
    findings = audit(played)
    assert [finding for finding in findings if not finding.excused] == [], table(played, findings)


def test_each_fault_was_injected_under_load_and_recovered_from(played: Evidence) -> None:
    assert [window.kind for window in played.windows] == list(FAULTS)
    assert all(window.recovery is not None for window in played.windows)
    began = {promise.fault for promise in played.journal.promises.values() if not promise.name.startswith("Probe")}
    assert began == set(range(len(FAULTS)))
    assert sum(promise.least for promise in played.journal.promises.values()) >= 18


def test_the_audit_of_a_damaged_run_fails(played: Evidence, tmp_path: Path) -> None:
    damaged = copy_stores(played, tmp_path / "damaged")
    about = damaged.rows("notifier", "SELECT id FROM mail WHERE kind = 'budget.exceeded' AND state <> 'withdrawn'")
    damaged.accepted = [mail for mail in damaged.accepted if mail.mail_id != about[0][0]]
    assert What.LOST in {finding.what for finding in audit(damaged)}


def test_a_seed_gives_one_schedule_with_every_kind_before_repeats() -> None:
    schedule = drawn(ALL, 100, random.Random(SEED))
    assert schedule == drawn(ALL, 100, random.Random(SEED)) != drawn(ALL, 100, random.Random(SEED + 1))
    assert len(schedule) == 100
    assert {kind.name for kind in schedule[: len(ALL)]} == set(BY_NAME)
