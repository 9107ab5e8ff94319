"""Alerts: what somebody was told, and whether it still holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from notifier.domain.mails import Delivery
from notifier.domain.preferences import AlertKind

GRACE = timedelta(days=7)
"""How long after its end a period is still worth a word."""


@dataclass(frozen=True, slots=True)
class Period:
    """The days that a budget counts together, both ends included."""

    first: date
    last: date

    @classmethod
    def from_facts(cls, facts: Mapping[str, str]) -> Period:
        """Read {"from": ..., "to": ...}."""
        return cls(date.fromisoformat(facts["from"]), date.fromisoformat(facts["to"]))

    def concerns(self, day: date) -> bool:
        """Say whether it is to come, runs or ended within seven days; entering old expenses must not send a flood of mails."""
        return day <= self.last + GRACE


@dataclass(frozen=True, slots=True)
class Alert:
    """One thing that somebody is told, once for each cause."""

    id: str
    user_id: str
    cause_id: str
    """The crossing or the import; no two alerts have the same."""
    kind: AlertKind
    title: str
    body: str
    created_at: datetime
    listed: bool
    """False for somebody who does not want this kind in the app: it is kept so that the cause is known."""
    budget_id: str | None = None
    expense_id: str | None = None
    period: Period | None = None
    read_at: datetime | None = None
    withdrawn_at: datetime | None = None
    deliveries: tuple[Delivery, ...] = ()


@dataclass(frozen=True, slots=True)
class Cause:
    """What an alert is about, read from the data of an event."""

    id: str
    budget_id: str | None = None
    expense_id: str | None = None
    period: Period | None = None

    @classmethod
    def of_crossing(cls, facts: Mapping[str, Any]) -> Cause:
        """Read budget.exceeded or budget.near."""
        expense = facts["expense"] or {}
        return cls(facts["crossing_id"], facts["budget_id"], expense.get("expense_id"), Period.from_facts(facts["period"]))

    @classmethod
    def of_import(cls, facts: Mapping[str, Any]) -> Cause:
        """Read import.completed."""
        return cls(facts["import_id"])
