"""Compares what holds with what was known to hold: which crossings open, which close, and what the owner is told."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime

from budgets.domain.budget import Budget
from budgets.domain.crossing import Crossing, Tip, Verdict


@dataclass(frozen=True, slots=True)
class Settlement:
    """What is to be written and told about one budget. Each crossing comes with the verdict on its period."""

    opened: list[tuple[Crossing, Verdict]] = field(default_factory=list)
    closed: list[tuple[Crossing, Verdict]] = field(default_factory=list)
    reattributed: list[Crossing] = field(default_factory=list)
    """Those that go on, under another expense's name."""

    def brought_by(self, import_id: str | None) -> Settlement:
        """Return the same, where an import opened what opens."""
        return replace(self, opened=[(replace(crossing, import_id=import_id), verdict) for crossing, verdict in self.opened])


def settle(
    budget: Budget, verdicts: Iterable[Verdict], known: Iterable[Crossing], *, new_id: Callable[[], str], now: datetime
) -> Settlement:
    """Compare each period's verdict with the crossings that are open. Periods without a verdict stay as they are."""
    settlement = Settlement()
    open_ = {(crossing.period, crossing.threshold): crossing for crossing in known}
    for verdict in verdicts:
        mine = {threshold: crossing for (period, threshold), crossing in open_.items() if period == verdict.period}
        for threshold in sorted({*budget.thresholds, *mine}):
            crossing = mine.get(threshold)
            holds = threshold in budget.thresholds and threshold <= verdict.level
            if holds and crossing is None:
                settlement.opened.append((_opened(budget, verdict, threshold, new_id(), now), verdict))
            elif crossing is not None and not holds:
                settlement.closed.append((crossing, verdict))
            elif crossing is not None and verdict.tips.get(threshold, crossing.tip) != crossing.tip:
                settlement.reattributed.append(replace(crossing, tip=verdict.tips[threshold], currency=budget.amount.currency))
    return settlement


def _opened(budget: Budget, verdict: Verdict, threshold: int, new_id: str, now: datetime) -> Crossing:
    return Crossing(
        id=new_id,
        budget_id=budget.id,
        period=verdict.period,
        threshold=threshold,
        tip=verdict.tips.get(threshold, Tip(None, verdict.spent)),
        currency=budget.amount.currency,
        # Who is told that the limit is exceeded need not be told that four fifths of it are spent.
        announced=threshold == verdict.level,
        at=now,
    )
