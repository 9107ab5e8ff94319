"""Narrows a selection down to one of its sums."""

from __future__ import annotations

import calendar
from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from assistant.tools.model import By, Category, Selection


def narrowed_to(selection: Selection, by: By, key: str, categories: Mapping[str, Category]) -> Selection:
    """Return the selection of those entries that one of the sums is of."""
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
