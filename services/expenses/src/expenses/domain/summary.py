"""Sums in the home currency, read from the running totals alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from expenses.domain.expense import EXPENSE
from expenses.domain.home_currency import one_currency
from expenses.domain.totals import ALL, CATEGORY, DAY, PAYEE, Spans, spans_of
from money import Money

if TYPE_CHECKING:
    from collections.abc import Iterable

    from expenses.domain.ports import Owner, Store, Who, Work

_NO_CATEGORY, _NO_PAYEE = "No category", "No payee"


class Summary:
    """The sums of everybody."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def by(self, who: Who, by: str, first: str | None, last: str | None) -> dict[str, Any]:
        """Return the sums by category, month, day or payee from one day to another, both included. Raises ConvertingError."""
        with self._store.reading() as work:
            owner, lines = work.owners.find(who.user_id), []
            if owner:
                with one_currency(work, owner):
                    lines = _lines(work, owner, by, first, last)
            names = {category.id: category.name for category in work.categories.all(owner)} if owner and by == "category" else {}
        currency = owner.home_currency if owner else who.home_currency
        items = [_item(line, by, names, currency) for line in _sorted(lines, by)]
        spent, earned = sum(line.spent for line in lines), sum(line.earned for line in lines)
        return {
            "by": by, "from": first, "to": last, "items": items,
            "spent": _wire(spent, currency), "earned": _wire(earned, currency), "net": _wire(earned - spent, currency),
        }  # fmt: skip


class _Line:
    __slots__ = ("count", "earned", "key", "spent")

    def __init__(self, key: str) -> None:
        self.key, self.spent, self.earned, self.count = key, 0, 0, 0


def _lines(work: Work, owner: Owner, by: str, first: str | None, last: str | None) -> list[_Line]:
    lines: dict[str, _Line] = {}
    for key, kind, minor, entries in _sums(work, owner, by, first, last):
        line = lines.setdefault(key, _Line(key))
        line.count += entries
        if kind == EXPENSE:
            line.spent += minor
        else:
            line.earned += minor
    return list(lines.values())


def _sums(work: Work, owner: Owner, by: str, first: str | None, last: str | None) -> Iterable[tuple[str, str, int, int]]:
    if by == "day":
        yield from work.totals.by_span(owner, Spans(ALL, DAY, first or "1900-01-01", last or "2999-12-31"))
    elif by == "month":
        for spans in spans_of(ALL, first, last):
            for span, kind, minor, entries in work.totals.by_span(owner, spans):
                yield span[:7], kind, minor, entries
    else:
        for spans in spans_of(CATEGORY if by == "category" else PAYEE, first, last):
            yield from work.totals.by_bucket(owner, spans)


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
