"""Sums of entries: exact sums from the API, added and subtracted where a selection needs several."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from assistant.tools.client import PublicApi
from assistant.tools.model import By, ToolError
from assistant.tools.parsing import money
from assistant.tools.query import Query

MOST = 5000
"""Entries that may be read one by one."""
_FEW = 3
"""Up to this many payees get a request each; more are picked from the sums of all payees."""


@dataclass(frozen=True, slots=True)
class Line:
    """The sum of some entries, in minor units of the home currency."""

    minor: int
    count: int
    currency: str
    label: str = ""

    def __add__(self, other: Line) -> Line:
        return self._with(other, 1)

    def __sub__(self, other: Line) -> Line:
        return self._with(other, -1)

    def _with(self, other: Line, sign: int) -> Line:
        if other.currency != self.currency:
            message = f"Your expenses are being converted to {other.currency}. Try again in a minute."
            raise ToolError(message, code="converting", lasting=False)
        return replace(self, minor=self.minor + sign * other.minor, count=self.count + sign * other.count)


Lines = dict[str, Line]
"""By category id (empty for none), payee, month or day."""


class Spending:
    """Adds up entries."""

    def __init__(self, api: PublicApi) -> None:
        self._api = api

    def total(self, query: Query, currency: str) -> Line:
        """Return the total; `currency` is used if there are no entries."""
        everything = self.lines(query, self._quickest(query))
        return sum(everything.values(), Line(0, 0, next((line.currency for line in everything.values()), currency)))

    @staticmethod
    def _quickest(query: Query) -> By:
        """Return the grouping with the fewest requests."""
        return By.PAYEE if query.categories is None and (query.payees is not None or query.without_payees) else By.CATEGORY

    def lines(self, query: Query, by: By) -> Lines:
        """Return the sums, without empty ones."""
        if query.nothing:
            return {}
        found = self._exact(query, by) if query.is_expressible else self._paged(query, by)
        return {key: line for key, line in found.items() if line.count}

    def _exact(self, query: Query, by: By) -> Lines:
        if query.without_texts:
            with_text = replace(query, texts=query.without_texts, without_texts=())
            return _difference(self._exact(replace(query, without_texts=()), by), self._exact(with_text, by))
        if query.without_tag:
            tagged = replace(query, fixed={**query.fixed, "tag": query.without_tag}, without_tag="")
            return _difference(self._exact(replace(query, without_tag=""), by), self._exact(tagged, by))
        if by is By.PAYEE and (query.without_payees or len(query.payees or ()) > _FEW):
            everybody = self._exact(replace(query, payees=None, without_payees=()), by)
            return {key: line for key, line in everybody.items() if _is_wanted(key, query)}
        if query.without_payees:
            those = replace(query, payees=query.without_payees, without_payees=())
            return _difference(self._exact(replace(query, without_payees=()), by), self._exact(those, by))
        return _sum(self._answer(parameters, by) for parameters in query.parameters)

    def _answer(self, parameters: Mapping[str, str], by: By) -> Lines:
        answer, side = self._api.read("/summary", by=by.value, **parameters), _SIDES[parameters["kind"]]
        return {item["key"] or "": _line(item, side) for item in answer["items"]}

    def _paged(self, query: Query, by: By) -> Lines:
        rows = [row for row in self.rows(query) if query.matches(row)]
        return _sum({_KEYS[by](row): _line_of(row)} for row in rows)

    def rows(self, query: Query) -> Iterator[dict[str, Any]]:
        """Yield all entries; raises ToolError if there are too many."""
        count = sum(line.count for line in self.lines(query.widened(), By.CATEGORY).values())
        if count > MOST:
            raise too_many(count)
        for parameters in query.parameters:
            for page in self._api.pages("/expenses", **parameters):
                yield from page


def too_many(count: int) -> ToolError:
    """Return the error for a question that would have to read too many entries."""
    message = f"That would mean reading {count} entries one by one. Narrow it down, for example to one year or one category."
    return ToolError(message, code="too-many")


_SIDES = {"expense": "spent", "income": "earned"}
_KEYS: Mapping[By, Callable[[Mapping[str, Any]], str]] = {
    By.CATEGORY: lambda row: row["category_id"] or "",
    By.PAYEE: lambda row: row["payee"],
    By.MONTH: lambda row: row["spent_on"][:7],
    By.DAY: lambda row: row["spent_on"],
}


def _line(item: Mapping[str, Any], side: str) -> Line:
    amount = money(item[side])
    return Line(amount.minor, item["count"], amount.currency, item["label"])


def _line_of(row: Mapping[str, Any]) -> Line:
    amount = money(row["home_amount"])
    return Line(amount.minor, 1, amount.currency)


def _is_wanted(payee: str, query: Query) -> bool:
    return payee not in query.without_payees and (query.payees is None or payee in query.payees)


def _sum(parts: Iterable[Lines]) -> Lines:
    found: Lines = {}
    for part in parts:
        for key, line in part.items():
            found[key] = found[key] + line if key in found else line
    return found


def _difference(everything: Lines, some: Lines) -> Lines:
    return {key: line - some[key] if key in some else line for key, line in everything.items()}
