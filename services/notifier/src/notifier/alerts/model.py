"""Alerts: what a person was told, and whether it still holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from notifier.delivery.model import DeliveryStatus
from notifier.preferences.model import AlertKind

GRACE_PERIOD = timedelta(days=7)
"""How long after its end a period still raises alerts."""


class AlertNotFoundError(Exception):
    """Alert not found."""

    def __init__(self) -> None:
        super().__init__("You have no alert with this id. GET /alerts lists your alerts.")


@dataclass(frozen=True, slots=True)
class Period:
    """The days of a budget period, both ends included."""

    first: date
    last: date

    @classmethod
    def from_facts(cls, facts: Mapping[str, str]) -> Period:
        """Read {"from": ..., "to": ...}."""
        return cls(date.fromisoformat(facts["from"]), date.fromisoformat(facts["to"]))

    def concerns(self, day: date) -> bool:
        """Return whether it ended no more than a week before a day: entering old expenses must not send a flood of emails."""
        return day <= self.last + GRACE_PERIOD


@dataclass(frozen=True, slots=True)
class Alert:
    """One alert; each cause has at most one."""

    id: str
    user_id: str
    cause_id: str
    """The crossing or the import."""
    kind: AlertKind
    title: str
    body: str
    created_at: datetime
    listed: bool
    """False if its owner does not want this kind in the app. It is kept all the same, to know its cause."""
    budget_id: str | None = None
    expense_id: str | None = None
    period: Period | None = None
    read_at: datetime | None = None
    withdrawn_at: datetime | None = None
    deliveries: tuple[DeliveryStatus, ...] = ()


@dataclass(frozen=True, slots=True)
class AlertPage:
    """Some alerts, newest first."""

    alerts: list[Alert]
    has_more: bool
    unread: int


@dataclass(frozen=True, slots=True)
class Cause:
    """What an alert is about."""

    id: str
    budget_id: str | None = None
    expense_id: str | None = None
    period: Period | None = None

    @classmethod
    def of_crossing(cls, facts: Mapping[str, Any]) -> Cause:
        """Read the data of budget.exceeded or budget.near."""
        expense = facts["expense"] or {}
        return cls(facts["crossing_id"], facts["budget_id"], expense.get("expense_id"), Period.from_facts(facts["period"]))

    @classmethod
    def of_import(cls, facts: Mapping[str, Any]) -> Cause:
        return cls(facts["import_id"])
