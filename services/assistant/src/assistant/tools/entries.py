"""Finds entries."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any

from assistant.tools.client import PublicApi, place
from assistant.tools.model import Order
from assistant.tools.query import Query
from assistant.tools.reading import money
from assistant.tools.spending import MOST, too_many

_PAGE = 200


class EntryList:
    """Lists entries as the API has them."""

    def __init__(self, api: PublicApi) -> None:
        self._api = api

    def first(self, query: Query, order: Order, limit: int) -> list[dict[str, Any]]:
        """Return up to `limit` entries; raises ToolError if too many had to be looked at."""
        if query.nothing or limit < 1:
            return []
        parts = [list(islice(self._fitting(query, parameters, order, limit), limit)) for parameters in query.parameters]
        return parts[0] if len(parts) == 1 else sorted_by([row for part in parts for row in part], order)[:limit]

    def one(self, expense_id: str) -> dict[str, Any]:
        """Return one entry."""
        return self._api.read(place("expenses", expense_id))

    def _fitting(self, query: Query, parameters: dict[str, str], order: Order, limit: int) -> Iterator[dict[str, Any]]:
        """Yield the entries of one list that fit, in order."""
        limit = min(limit, _PAGE) if query.is_one_list else _PAGE
        looked_at = 0
        for page in self._api.pages("/expenses", **parameters, sort=order.value, limit=str(limit)):
            yield from filter(query.fits, page)
            looked_at += len(page)
            if looked_at >= MOST and not query.is_one_list:
                raise too_many(looked_at)


def sorted_by(rows: list[dict[str, Any]], order: Order) -> list[dict[str, Any]]:
    """Sort entries as the API does; of equal ones the id tells which was recorded first."""
    name, falling = order.value.removeprefix("-"), order.value.startswith("-")

    def place_of(row: dict[str, Any]) -> tuple[Any, str, str]:
        value = row["spent_on"] if name == "spent_on" else money(row["home_amount"]).minor
        return value, row["created_at"], row["id"]

    return sorted(rows, key=place_of, reverse=falling)
