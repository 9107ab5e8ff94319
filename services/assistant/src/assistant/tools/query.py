"""Translates a selection into parameters of the public API."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Any

from assistant.tools.model import Category, Selection
from money import decimals_of

NO_CATEGORY = "none"
_AT_ONCE = 90
"""Categories in one parameter."""
_FIRST_DAY, _LAST_DAY = date(1900, 1, 1), date(2999, 12, 31)
_TOO_MUCH = Decimal(10**12)
"""More than any amount can be."""


@dataclass(frozen=True, slots=True)
class Query:
    """A selection in terms of the API: `fixed` parameters, and values that may need several requests."""

    fixed: Mapping[str, str]
    categories: tuple[str, ...] | None = None
    """Ids and `none`; None for all."""
    payees: tuple[str, ...] | None = None
    """None for all."""
    texts: tuple[str, ...] = ()
    without_payees: tuple[str, ...] = ()
    without_texts: tuple[str, ...] = ()
    without_tag: str = ""
    nothing: bool = False
    """Whether no entry can match."""

    @property
    def is_expressible(self) -> bool:
        """Whether the API's sums add up to it; otherwise its entries must be read."""
        return len(self.texts) + len(self.without_texts) <= 1 and not (self.without_tag and "tag" in self.fixed)

    @property
    def is_one_list(self) -> bool:
        """Whether one list of the API has exactly these entries."""
        alone = self.payees is None or len(self.payees) == 1
        return alone and len(self.texts) <= 1 and not self._leaves_out and len(self._chunks()) == 1

    @property
    def _leaves_out(self) -> bool:
        return bool(self.without_payees or self.without_texts or self.without_tag)

    @property
    def parameters(self) -> Iterator[dict[str, str]]:
        """Yield the parameters of requests that together return all of these entries, each once.

        Exclusions, and all texts but the longest, are left to `matches`.
        """
        text = {"text": max(self.texts, key=len)} if self.texts else {}
        for category in self._chunks():
            for payee in self.payees if self.payees is not None else (None,):
                yield {**self.fixed, **category, **text, **({} if payee is None else {"payee": payee})}

    def _chunks(self) -> list[dict[str, str]]:
        if self.categories is None:
            return [{}]
        starts = range(0, len(self.categories), _AT_ONCE)
        return [{"category": ",".join(self.categories[start : start + _AT_ONCE])} for start in starts]

    def matches(self, row: Mapping[str, Any]) -> bool:
        """Return whether an entry that the API returned belongs to the selection."""
        words = "\n".join([row["payee"], row["description"], row["note"]]).lower()
        return (
            row["payee"] not in self.without_payees
            and all(text.lower() in words for text in self.texts)
            and not any(text.lower() in words for text in self.without_texts)
            and self.without_tag not in (tag.lower() for tag in row["tags"])
        )

    def widened(self) -> Query:
        """Return the wider query that the `parameters` express."""
        return replace(self, texts=tuple(sorted(self.texts, key=len)[-1:]), without_payees=(), without_texts=(), without_tag="")


def query_for(selection: Selection, currency: str, all_categories: Callable[[], Sequence[Category]]) -> Query:
    """Translate a selection; `all_categories` returns all categories."""
    fixed = {"kind": selection.kind.value, **_days(selection), **_given(tag=selection.tag, currency=selection.currency)}
    lowest, highest = _rounded(selection, currency)
    if lowest is not None and lowest > 0:
        fixed["min"] = f"{lowest:f}"
    if highest is not None and 0 <= highest < _TOO_MUCH:
        fixed["max"] = f"{highest:f}"
    categories, payees = _categories(selection, all_categories), _payees(selection)
    none_fits = (lowest is not None and lowest >= _TOO_MUCH) or (highest is not None and highest < 0)
    return Query(
        fixed=fixed,
        categories=categories,
        payees=payees,
        texts=_longest(selection.texts),
        without_payees=() if payees is not None else tuple(dict.fromkeys(selection.without_payees)),
        without_texts=_shortest(selection.without_texts),
        without_tag=selection.without_tag.lower(),
        nothing=none_fits or _is_empty(selection) or () in (categories, payees),
    )


def _given(**values: str) -> dict[str, str]:
    return {name: value for name, value in values.items() if value}


def _is_empty(selection: Selection) -> bool:
    """Return whether no possible day lies between the first and the last."""
    return max(selection.first or _FIRST_DAY, _FIRST_DAY) > min(selection.last or _LAST_DAY, _LAST_DAY)


def _days(selection: Selection) -> dict[str, str]:
    first = {} if selection.first is None else {"from": max(selection.first, _FIRST_DAY).isoformat()}
    last = {} if selection.last is None else {"to": min(selection.last, _LAST_DAY).isoformat()}
    return {**first, **last}


def _rounded(selection: Selection, currency: str) -> tuple[Decimal | None, Decimal | None]:
    """Return the bounds, rounded inwards to whole minor units."""
    unit = Decimal(1).scaleb(-decimals_of(currency))
    low, high = selection.at_least, selection.at_most
    return (
        None if low is None else min(low, _TOO_MUCH).quantize(unit, ROUND_CEILING),
        None if high is None else min(high, _TOO_MUCH).quantize(unit, ROUND_FLOOR),
    )


def _categories(selection: Selection, all_categories: Callable[[], Sequence[Category]]) -> tuple[str, ...] | None:
    wanted = [category.id for category in selection.categories] + ([NO_CATEGORY] if selection.uncategorised else [])
    if not wanted:
        if not selection.without_categories:
            return None
        wanted = [*(category.id for category in all_categories()), NO_CATEGORY]
    without = {category.id for category in selection.without_categories}
    return tuple(category for category in dict.fromkeys(wanted) if category not in without)


def _payees(selection: Selection) -> tuple[str, ...] | None:
    if not selection.payees:
        return None
    return tuple(payee for payee in dict.fromkeys(selection.payees) if payee not in selection.without_payees)


def _longest(texts: Sequence[str]) -> tuple[str, ...]:
    """Leave out texts that are part of another one, which imply nothing more."""
    lowered = list(dict.fromkeys(text.lower() for text in texts if text))
    return tuple(text for text in lowered if not any(text != other and text in other for other in lowered))


def _shortest(texts: Sequence[str]) -> tuple[str, ...]:
    """Leave out texts that contain another one, which exclude nothing more."""
    lowered = list(dict.fromkeys(text.lower() for text in texts if text))
    return tuple(text for text in lowered if not any(text != other and other in text for other in lowered))
