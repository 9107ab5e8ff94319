"""What templates can show: the facts of an alert, with money, dates and names ready to print."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from money import Money
from notifier.account_mail.model import AccountMailKind
from notifier.preferences.model import AlertKind
from notifier.wording.locale_formatter import LocaleFormatter

_Clean = Callable[[str], str]
"""Makes what people typed safe to print in one line."""


def values_of(
    kind: str, facts: Mapping[str, Any], formatter: LocaleFormatter, *, name: _Clean, file_name: _Clean
) -> dict[str, Any]:
    """Return the values for the templates of a kind. `name` and `file_name` clean what people typed."""
    if kind in tuple(AccountMailKind):
        return {}
    if kind == AlertKind.IMPORTED:
        return {**_import_values(facts, formatter, name), "file": file_name(facts["filename"])}
    return _budget_values(facts, formatter, name)


def _budget_values(facts: Mapping[str, Any], formatter: LocaleFormatter, name: _Clean) -> dict[str, Any]:
    over = Money.from_wire(facts["spent"]) - Money.from_wire(facts["limit"])
    return {
        "budget": name(facts["budget_name"]),
        "limit": formatter.money(facts["limit"]),
        "spent": formatter.money(facts["spent"]),
        "over": formatter.money(over.to_wire()),
        "left": formatter.money((-over).to_wire()),
        "threshold": formatter.percent(facts["threshold"]),
        "first": formatter.day(facts["period"]["from"]),
        "last": formatter.day(facts["period"]["to"]),
        "expense": _expense_values(facts["expense"], formatter, name) if facts["expense"] else None,
    }


def _expense_values(expense: Mapping[str, Any], formatter: LocaleFormatter, name: _Clean) -> dict[str, Any]:
    foreign = expense["amount"]["currency"] != expense["home_amount"]["currency"]
    return {
        "payee": name(expense["payee"]),
        "amount": formatter.money(expense["amount"]),
        "home_amount": formatter.money(expense["home_amount"]) if foreign else "",
        "day": formatter.day(expense["spent_on"]),
    }


def _import_values(facts: Mapping[str, Any], formatter: LocaleFormatter, name: _Clean) -> dict[str, Any]:
    return {
        **{count: facts[count] for count in ("rows", "imported", "duplicates", "failed")},
        "number": formatter.number,
        "first": formatter.day(facts["from"]) if facts["from"] else "",
        "last": formatter.day(facts["to"]) if facts["to"] else "",
        # Emails that were queued by a version without summaries have no such lists.
        "over": [_budget_values(entry, formatter, name) for entry in facts.get("over", ())],
        "near": [_budget_values(entry, formatter, name) for entry in facts.get("near", ())],
        "past": [_past_values(entry, formatter, name) for entry in facts.get("past", ())],
        "past_count": facts.get("past_count", 0),
        "left_out": facts.get("left_out", 0),
    }


def _past_values(entry: Mapping[str, Any], formatter: LocaleFormatter, name: _Clean) -> dict[str, str]:
    first, last = (formatter.day(entry["period"][end]) for end in ("from", "to"))
    return {"budget": name(entry["budget_name"]), "first": first, "last": last}
