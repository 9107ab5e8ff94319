"""Injects a schedule of faults under load, waits until everything has settled, and collects the evidence for the auditor."""

from __future__ import annotations

import random
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from faults.client import App, GivenUpError
from faults.evidence import Evidence, Window, read_api
from faults.journal import Journal
from faults.load import Load
from faults.scenarios import LIMIT, open_scenario, tip

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from faults.environment import Environment
    from faults.kinds import Kind

_LEAD_SECONDS = 0.4
_PROBE_LOOK_SECONDS = 0.05
QUIET_LOOKS = 3
"""So many in a row: an event may go from a queue into the next outbox between the look at outboxes and the one at queues.

It does that twice on its way from an expense to a mail, so the third look finds it.
"""
_BEFORE_SECONDS = 2.0
"""How long before a fault an expense may be written whose mail it still holds up."""


@dataclass
class FaultRunner:
    """One run."""

    environment: Environment
    crossings: int
    seed: int
    patience: float = 180.0
    """Seconds for which a client repeats a request, and for which a probe waits for its mail."""
    threads: int = 4
    haste: float = 1.0
    """How much of its usual time each fault lasts."""
    say: Callable[[str], None] = lambda _line: None
    journal: Journal = field(default_factory=Journal)
    windows: list[Window] = field(default_factory=list)

    def play(self, faults: Sequence[Kind], *, settle: float) -> Evidence:
        """Inject all faults under load; `settle` is how many seconds recovery may take afterwards."""
        chance = random.Random(self.seed)
        environment = self.environment
        load = Load(
            environment.fleet.url,
            self.journal,
            inbox=environment.mails,
            seed=self.seed,
            threads=self.threads,
            patience=self.patience,
            skewed=lambda: environment.skewed,
        )
        load.start(crossings=self.crossings)
        prober = load.newcomer(-1)
        share, rest = divmod(self.crossings, len(faults))
        for number, kind in enumerate(faults):
            self._play_one(number, kind, load, share + (number < rest), chance)
            self._probe(prober, self.windows[-1])
            self.say(_line(self.windows[-1], len(faults)))
        self.say("the load ends")
        load.finish()
        self.say(f"waiting until all has settled, {settle:.0f} s at most")
        self.settle(settle)
        evidence = self.gather(load)
        load.close()
        return evidence

    def _play_one(self, number: int, kind: Kind, load: Load, crossings: int, chance: random.Random) -> None:
        """Start half of the scenarios before the fault and half during it."""
        load.plan(crossings - crossings // 2, fault=number)
        time.sleep(_LEAD_SECONDS)
        window = Window(number, kind.name, "", time.time(), uncertain=kind.uncertain)
        window.detail, end = kind.begin(self.environment, chance)
        load.plan(crossings // 2, fault=number)
        time.sleep(chance.uniform(*kind.hold) * self.haste)
        end()
        window.ended = time.time()
        self.windows.append(window)

    def _probe(self, prober: App, window: Window) -> None:
        """Exceed a new budget after the fault, and wait for its mail."""
        name = f"Probe {window.number}"
        scene_chance = random.Random(window.number)
        try:
            scenario = open_scenario(prober, name, tip, fault=window.number, chance=scene_chance, patience=self.patience)
            scenario.spend(LIMIT + 1)
        except GivenUpError:
            return  # which is in the journal
        self.journal.expect_alert(scenario.promise)
        deadline = time.monotonic() + self.patience
        while time.monotonic() < deadline:
            found = [mail.at for mail in self.environment.accepted() if mail.subject.startswith(f"{name} is over")]
            if found:
                window.recovery = max(0.0, found[0] - window.ended)
                return
            time.sleep(_PROBE_LOOK_SECONDS)

    def settle(self, seconds: float) -> None:
        """Wait until nothing is in progress, for so many seconds at most."""
        deadline = time.monotonic() + seconds
        quiet = 0
        while quiet < QUIET_LOOKS and time.monotonic() < deadline:
            if self.environment.outboxes_empty() and not _left(self.environment.queues()):
                quiet += 1
            else:
                quiet = 0
                time.sleep(1)

    def gather(self, load: Load) -> Evidence:
        """Return the evidence for the auditor."""
        environment = self.environment
        evidence = Evidence(
            folder=environment.disk.folder,
            journal=self.journal,
            accepted=environment.accepted(),
            windows=self.windows,
            readings={app.user_id: read_api(app) for app in load.people},
            queues=_left(environment.queues()),
            dead=environment.dead(),
        )
        _measure_backlog(evidence)
        return evidence


def _left(queues: dict[str, int]) -> dict[str, int]:
    return {name: count for name, count in queues.items() if count and not name.endswith(".dead")}


def _measure_backlog(evidence: Evidence) -> None:
    """Record for each fault when the last mail that it may have delayed was accepted."""
    rows = evidence.rows("notifier", "SELECT m.id, a.budget_id FROM mail m JOIN alert a ON a.id = m.alert_id")
    first: dict[str, float] = {}
    for mail in evidence.accepted:
        first.setdefault(mail.mail_id, mail.at)
    due = [
        (evidence.journal.promises[budget_id].tipped_at, first[mail_id])
        for mail_id, budget_id in rows
        if budget_id in evidence.journal.promises and mail_id in first
    ]
    for window in evidence.windows:
        well = window.ended + (window.recovery or 0.0)
        late = [accepted - window.ended for tipped, accepted in due if window.started - _BEFORE_SECONDS <= tipped <= well]
        window.backlog = max([0.0, *late])


def _line(window: Window, count: int) -> str:
    recovery = "NOT RECOVERED" if window.recovery is None else f"recovered in {window.recovery:.1f} s"
    lasted = window.ended - window.started
    return f"{window.number + 1}/{count} {window.kind} ({window.detail}), {lasted:.1f} s: {recovery}"
