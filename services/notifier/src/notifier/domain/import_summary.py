"""Sorts out what an import exceeded: what concerns its owner now, and what is long over."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from notifier.domain.alerts import Period
from notifier.domain.preferences import AlertKind, Channels, Preferences

_FULL = 100
_MOST_NOW, _MOST_PAST = 20, 60
"""What a mail lists; of the rest it has the number."""


def sorted_out(facts: Mapping[str, Any], day: date) -> dict[str, Any]:
    """Return the facts of import.reviewed with the lists `over`, `near` and `past`, and how many exceedances they leave out.

    A past period is one that ended more than seven days before `day`. Of those, the ones that were only near their limit are
    not worth a word.
    """
    found = facts["exceedances"]
    current = [entry for entry in found if Period.from_facts(entry["period"]).concerns(day)]
    past = [entry for entry in found if entry not in current and entry["threshold"] == _FULL]
    over = [entry for entry in current if entry["threshold"] == _FULL]
    near = [entry for entry in current if entry["threshold"] < _FULL]
    told = {name: value for name, value in facts.items() if name not in {"exceedances", "more"}}
    return {
        **told,
        "over": over[:_MOST_NOW],
        "near": near[:_MOST_NOW],
        "past": [{name: entry[name] for name in ("budget_name", "period")} for entry in past[:_MOST_PAST]],
        "past_count": len(past) + facts["more"],
        "left_out": len(over[_MOST_NOW:]) + len(near[_MOST_NOW:]) + len(past[_MOST_PAST:]) + facts["more"],
    }


def wanted_channels(preferences: Preferences, kind: AlertKind, facts: Mapping[str, Any]) -> Channels:
    """Return by which ways an alert goes out: an import that exceeds a budget also by those of exceeded budgets."""
    kinds = [kind]
    if kind is AlertKind.IMPORTED:
        kinds += [AlertKind.EXCEEDED] if facts.get("over") else []
        kinds += [AlertKind.NEAR] if facts.get("near") else []
    channels = [preferences.of(one) for one in kinds]
    return Channels(app=any(one.app for one in channels), mail=any(one.mail for one in channels))
