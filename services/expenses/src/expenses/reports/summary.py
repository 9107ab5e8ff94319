"""Sums in the home currency: from the running totals where these can tell, from the expenses themselves otherwise."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from expenses.entries.filter import read_filter
from expenses.entries.model import EXPENSE
from expenses.home_currency.conversion import one_currency
from expenses.ports import Filter
from expenses.reports.totals import ALL, CATEGORY, DAY, MONTH, PAYEE, spans_of
from money import Money

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from expenses.ports import Owner, Store, Who, Work

_NO_CATEGORY, _NO_PAYEE = "No category", "No payee"


class Summary:
    """The sums of everybody."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def by(self, who: Who, by: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """Return the sums by category, month, day or payee of what is filtered. Raises ConvertingError, InvalidFilterError."""
        with self._store.reading() as work:
            owner, lines = work.owners.find(who.user_id), []
            wanted = read_filter(arguments, owner.home_currency if owner else who.home_currency)
            if owner:
                with one_currency(work, owner):
                    lines = _lines(work, owner, by, wanted)
            names = {category.id: category.name for category in work.categories.all(owner)} if owner and by == "category" else {}
        currency = owner.home_currency if owner else who.home_currency
        items = [_item(line, by, names, currency) for line in _sorted(lines, by)]
        spent, earned = sum(line.spent for line in lines), sum(line.earned for line in lines)
        return {
            "by": by,
            "from": wanted.first,
            "to": wanted.last,
            "items": items,
            "spent": _wire(spent, currency),
            "earned": _wire(earned, currency),
            "net": _wire(earned - spent, currency),
        }


class _Line:
    __slots__ = ("count", "earned", "key", "spent")

    def __init__(self, key: str) -> None:
        self.key, self.spent, self.earned, self.count = key, 0, 0, 0


def _lines(work: Work, owner: Owner, by: str, wanted: Filter) -> list[_Line]:
    lines: dict[str, _Line] = {}
    sums = _counted(work, owner, by, wanted) if _is_counted(by, wanted) else _added_up(work, owner, by, wanted)
    for key, kind, minor, entries in sums:
        line = lines.setdefault(key, _Line(key))
        line.count += entries
        if kind == EXPENSE:
            line.spent += minor
        else:
            line.earned += minor
    return list(lines.values())


def _is_counted(by: str, wanted: Filter) -> bool:
    """Say whether the running totals tell the sums: they know days and kinds, and beside them categories or payees."""
    rest = replace(wanted, first=None, last=None, kind=None)
    rest = replace(rest, payee=None) if by == "payee" else replace(rest, categories=())
    return rest == Filter()


def _added_up(work: Work, owner: Owner, by: str, wanted: Filter) -> Iterator[tuple[str, str, int, int]]:
    length = 7 if by == "month" else None
    for key, kind, minor, entries in work.expenses.sums(owner, wanted, "day" if by == "month" else by):
        yield key[:length], kind, minor, entries


def _counted(work: Work, owner: Owner, by: str, wanted: Filter) -> Iterator[tuple[str, str, int, int]]:
    """Yield the sums from the running totals, without those that are not wanted."""
    chosen = {"" if key == "none" else key for key in wanted.categories}
    if by in {"day", "month"}:
        sums = _by_time(work, owner, by, wanted, sorted(chosen))
    else:
        chosen = chosen if by == "category" or wanted.payee is None else {wanted.payee}
        sums = _by_bucket(work, owner, CATEGORY if by == "category" else PAYEE, wanted)
    for key, kind, minor, entries in sums:
        if wanted.kind in {None, kind} and (not chosen or by in {"day", "month"} or key in chosen):
            yield key, kind, minor, entries


def _by_bucket(work: Work, owner: Owner, dimension: str, wanted: Filter) -> Iterator[tuple[str, str, int, int]]:
    for spans in spans_of(dimension, wanted.first, wanted.last):
        yield from work.totals.by_bucket(owner, spans)


def _by_time(work: Work, owner: Owner, by: str, wanted: Filter, categories: Sequence[str]) -> Iterator[tuple[str, str, int, int]]:
    dimension = CATEGORY if categories else ALL
    longest, length = (DAY, 10) if by == "day" else (MONTH, 7)
    for spans in spans_of(dimension, wanted.first, wanted.last, longest=longest):
        for span, kind, minor, entries in work.totals.by_span(owner, spans, categories):
            yield span[:length], kind, minor, entries


def _sorted(lines: list[_Line], by: str) -> list[_Line]:
    if by in {"day", "month"}:
        return sorted(lines, key=lambda line: line.key)
    return sorted(lines, key=lambda line: (-line.spent, -line.earned, line.key))


def _item(line: _Line, by: str, names: dict[str, str], currency: str) -> dict[str, Any]:
    label = names.get(line.key, _NO_CATEGORY) if by == "category" else line.key or _NO_PAYEE
    return {
        "key": line.key or None,
        "label": label,
        "spent": _wire(line.spent, currency),
        "earned": _wire(line.earned, currency),
        "count": line.count,
    }


def _wire(minor: int, currency: str) -> dict[str, str]:
    return Money(minor, currency).to_wire()
