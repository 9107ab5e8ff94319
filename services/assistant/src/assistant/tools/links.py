"""Links to pages of the UI."""

from __future__ import annotations

from urllib.parse import urlencode

from assistant.tools.model import Order
from assistant.tools.query import Query

_LONGEST = 2000
"""Characters; every browser accepts that many."""


def list_of(query: Query, order: Order = Order.NEWEST) -> str:
    """Return the link to the list that shows a selection, or to the smallest list that contains it.

    The UI can filter by one payee and one text, and has no exclusions.
    """
    given = dict(query.fixed)
    if query.categories is not None:
        given["category"] = ",".join(query.categories)
    if query.payees is not None and len(query.payees) == 1 and query.payees[0]:
        given["payee"] = query.payees[0]
    if query.texts:
        given["text"] = max(query.texts, key=len)
    if order is not Order.NEWEST:
        given["sort"] = order.value
    written = urlencode(given)
    if len(written) > _LONGEST:
        written = urlencode({name: value for name, value in given.items() if name != "category"})
    return "/expenses?" + written


def day_of(spent_on: str, payee: str, kind: str) -> str:
    """Return the link to the list of a day and payee, which contains an entry."""
    given = {"from": spent_on, "to": spent_on, "kind": kind, "payee": payee}
    return "/expenses?" + urlencode({name: value for name, value in given.items() if value})


def budget(budget_id: str) -> str:
    """Return the link to a budget's history."""
    return "/budgets?" + urlencode({"history": budget_id})
