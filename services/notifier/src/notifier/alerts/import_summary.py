"""Sorts the budgets that an import exceeded: those that matter now, and those of past periods."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from notifier.alerts.model import Period
from notifier.preferences.model import AlertKind, Channels, Preferences

_LIMIT_PERCENT = 100
_MOST_CURRENT, _MOST_PAST = 20, 60
"""How many an email lists; it counts the rest."""


def summarized(facts: Mapping[str, Any], day: date) -> dict[str, Any]:
    """Return the facts of import.reviewed with the lists `over`, `near` and `past`, and how many exceedances they leave out.

    A past period is one that ended more than a week before `day`. Past periods that only came near their limit are left out.
    """
    found = facts["exceedances"]
    current = [entry for entry in found if Period.from_facts(entry["period"]).concerns(day)]
    past = [entry for entry in found if entry not in current and entry["threshold"] == _LIMIT_PERCENT]
    over = [entry for entry in current if entry["threshold"] == _LIMIT_PERCENT]
    near = [entry for entry in current if entry["threshold"] < _LIMIT_PERCENT]
    counts = {name: value for name, value in facts.items() if name not in {"exceedances", "more"}}
    return {
        **counts,
        "over": over[:_MOST_CURRENT],
        "near": near[:_MOST_CURRENT],
        "past": [{name: entry[name] for name in ("budget_name", "period")} for entry in past[:_MOST_PAST]],
        "past_count": len(past) + facts["more"],
        "left_out": len(over[_MOST_CURRENT:]) + len(near[_MOST_CURRENT:]) + len(past[_MOST_PAST:]) + facts["more"],
    }


def wanted_channels(preferences: Preferences, kind: AlertKind, facts: Mapping[str, Any]) -> Channels:
    """Return the channels of an alert: an import that exceeds a budget also uses those of exceeded budgets."""
    kinds = [kind]
    if kind is AlertKind.IMPORTED:
        kinds += [AlertKind.EXCEEDED] if facts.get("over") else []
        kinds += [AlertKind.NEAR] if facts.get("near") else []
    channels = [preferences.of(each) for each in kinds]
    return Channels(app=any(each.app for each in channels), mail=any(each.mail for each in channels))
