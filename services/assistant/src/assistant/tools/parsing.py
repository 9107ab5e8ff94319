"""Parses values from the API's responses."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from assistant.tools import links
from assistant.tools.model import Category, Entry, Kind, ToolError
from money import Money, MoneyError


def money(wire: Mapping[str, str]) -> Money:
    """Parse an amount or a sum; raises ToolError if it is too large."""
    try:
        return Money.from_wire(wire)
    except MoneyError as error:
        raise ToolError(f"A sum {error}.", code="amount") from error


def entry(row: Mapping[str, Any], categories: Mapping[str, Category]) -> Entry:
    """Parse an expense or income; `categories` has all categories by id."""
    return Entry(
        id=row["id"],
        version=row["version"],
        kind=Kind(row["kind"]),
        spent_on=date.fromisoformat(row["spent_on"]),
        payee=row["payee"],
        description=row["description"],
        note=row["note"],
        category=categories.get(row["category_id"] or ""),
        tags=tuple(row["tags"]),
        amount=money(row["amount"]),
        home_amount=money(row["home_amount"]),
        link=links.day_of(row["spent_on"], row["payee"], row["kind"]),
    )
