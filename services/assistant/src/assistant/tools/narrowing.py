"""Narrows a selection down to the entries of one sum, or to the days of its first entries."""

from __future__ import annotations

import calendar
from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from assistant.tools.model import By, Category, Order, Selection
from assistant.tools.spending import Line


def narrowed_to(selection: Selection, by: By, key: str, categories: Mapping[str, Category]) -> Selection:
    """Return the selection of the entries in one of the sums."""
    if by is By.CATEGORY:
        chosen = (categories.get(key, Category(key, "")),) if key else ()
        return replace(selection, categories=chosen, uncategorised=not key, without_categories=())
    if by is By.PAYEE:
        return replace(selection, payees=(key,), without_payees=())
    if by is By.DAY:
        return replace(selection, first=date.fromisoformat(key), last=date.fromisoformat(key))
    first = date.fromisoformat(f"{key}-01")
    last = first.replace(day=calendar.monthrange(first.year, first.month)[1])
    return replace(selection, first=max(first, selection.first or first), last=min(last, selection.last or last))


def within_days(selection: Selection, days: Mapping[str, Line], order: Order, limit: int) -> Selection:
    """Return the selection restricted to the days of its first `limit` entries.

    A sum by day quickly finds a few entries among very many; a list that has to search for them takes three times as long.
    """
    found = sorted(days, reverse=order is Order.NEWEST)
    if order in (Order.NEWEST, Order.OLDEST):
        seen = 0
        for place, day in enumerate(found):
            seen += days[day].count
            if seen >= limit:
                found = found[: place + 1]
                break
    return replace(selection, first=date.fromisoformat(min(found)), last=date.fromisoformat(max(found)))
