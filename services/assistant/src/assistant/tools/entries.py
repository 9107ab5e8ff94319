"""Lists entries."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any

from assistant.tools.client import PublicApi, place
from assistant.tools.model import Order
from assistant.tools.parsing import money
from assistant.tools.query import Query
from assistant.tools.spending import MOST, too_many

_PAGE = 200


class EntryList:
    """Lists entries as the API returns them."""

    def __init__(self, api: PublicApi) -> None:
        self._api = api

    def first(self, query: Query, order: Order, limit: int) -> list[dict[str, Any]]:
        """Return up to `limit` entries; raises ToolError if too many would have to be read."""
        if query.nothing or limit < 1:
            return []
        parts = [list(islice(self._matching(query, parameters, order, limit), limit)) for parameters in query.parameters]
        return parts[0] if len(parts) == 1 else sorted_by([row for part in parts for row in part], order)[:limit]

    def one(self, expense_id: str) -> dict[str, Any]:
        return self._api.read(place("expenses", expense_id))

    def _matching(self, query: Query, parameters: dict[str, str], order: Order, limit: int) -> Iterator[dict[str, Any]]:
        """Yield the matching entries of one list, in order."""
        limit = min(limit, _PAGE) if query.is_one_list else _PAGE
        read = 0
        for page in self._api.pages("/expenses", **parameters, sort=order.value, limit=str(limit)):
            yield from filter(query.matches, page)
            read += len(page)
            if read >= MOST and not query.is_one_list:
                raise too_many(read)


def sorted_by(rows: list[dict[str, Any]], order: Order) -> list[dict[str, Any]]:
    """Sort entries as the API does; equal ones by the time they were recorded."""
    name, descending = order.value.removeprefix("-"), order.value.startswith("-")

    def place_of(row: dict[str, Any]) -> tuple[Any, str, str]:
        value = row["spent_on"] if name == "spent_on" else money(row["home_amount"]).minor
        return value, row["created_at"], row["id"]

    return sorted(rows, key=place_of, reverse=descending)
