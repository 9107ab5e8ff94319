"""The chart's figures for starting and stopping pods."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import yaml

_VALUES = Path(__file__).parents[2] / "charts" / "outlay" / "charts" / "service" / "values.yaml"


@dataclass(frozen=True)
class Numbers:
    """Seconds, except for `failures`."""

    drain: float
    """preStop: how long a pod goes on before it is told to end."""
    grace: float
    """After which it is killed, counted from the moment in which it is no longer wanted."""
    min_ready: float
    """How long a pod has to be ready before it counts."""
    failures: int
    """How many looks in a row say no until a pod gets no more connections."""
    look: float = 1.0
    """Between two looks of the kubelet, and until everybody has heard of what changed."""
    leave: int = 2
    """OUTLAY_LEAVE_SECONDS, as it is if nobody says otherwise."""


def of_the_chart(*, haste: float = 1.0) -> Numbers:
    """Return those that the chart renders; `haste` shortens the pauses, but not the grace period."""
    values = yaml.safe_load(_VALUES.read_text("utf-8"))
    return Numbers(
        drain=values["drainSeconds"] * haste,
        grace=values["graceSeconds"],
        min_ready=values["minReadySeconds"] * haste,
        failures=values["probes"]["readiness"]["failureThreshold"],
        look=haste,
    )
