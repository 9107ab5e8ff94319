"""Running totals: what makes a summary as fast for a million expenses as for ten.

Each amount is counted by category, by payee and over all; for its day, its month, its year and for ever. A summary adds up the few
largest spans that fill its range, so it reads as many rows as there are categories or payees, however many expenses there are.

Payees are not counted by day: hardly anybody pays the same payee twice a day, so there would be as many totals as expenses. Where a
range begins or ends within a month, a summary by payee reads the expenses of those days instead.
"""

from __future__ import annotations

import calendar
import hashlib
from collections.abc import Iterator
from datetime import date, timedelta
from functools import lru_cache
from typing import NamedTuple

ALL, CATEGORY, PAYEE = "a", "c", "p"
"""Dimensions: over all, by category id, by payee."""
DAY, MONTH, YEAR, EVER = "d", "m", "y", "e"
"""Levels, which are the lengths of spans."""

_SPAN_LENGTH = {DAY: 10, MONTH: 7, YEAR: 4, EVER: 0}
_LEVELS = {ALL: (DAY, MONTH), CATEGORY: (DAY, MONTH, YEAR, EVER), PAYEE: (MONTH, YEAR, EVER)}
_AFTER_ANY_KIND = "z"


class Total(NamedTuple):
    """What is added to one total, or what it is."""

    key: str
    span: str
    """2026-11-22, 2026-11, 2026 or nothing."""
    bucket: str
    """A category's id or a payee; nothing for neither."""
    kind: str
    home_minor: int
    entries: int


class Spans(NamedTuple):
    """The totals of one dimension and level from one span to another, both included."""

    dimension: str
    level: str
    first: str
    last: str

    @property
    def key_range(self) -> tuple[str, str]:
        """The keys k that belong to it: low <= k < high."""
        prefix = self.dimension + self.level
        return prefix + _digits(self.first), prefix + _digits(self.last) + _AFTER_ANY_KIND


_Cells = dict[tuple[str, str, str], list[int]]
"""(span, kind, bucket) to [home_minor, entries]."""


class TotalChanges:
    """Collects what expenses add to totals, or take from them."""

    def __init__(self) -> None:
        self._by_category: _Cells = {}
        self._by_payee: _Cells = {}

    def __len__(self) -> int:
        return len(self._by_category) + len(self._by_payee)

    def add(self, sign: int, minor: int, *, day: str, kind: str, category_id: str | None, payee: str) -> None:
        """Count an expense in with sign 1, or out with -1; `minor` is its amount in the home currency."""
        _count(self._by_category, (day, kind, category_id or ""), sign * minor, sign)
        _count(self._by_payee, (day[:7], kind, payee), sign * minor, sign)

    def totals(self) -> list[Total]:
        """Return what to add to each total, without those that stay as they are."""
        by_day: _Cells = {}
        for (span, kind, _), (minor, entries) in self._by_category.items():
            _count(by_day, (span, kind, ""), minor, entries)
        return [*_levels(ALL, by_day), *_levels(CATEGORY, self._by_category), *_levels(PAYEE, self._by_payee)]


def _count(cells: _Cells, cell: tuple[str, str, str], minor: int, entries: int) -> None:
    found = cells.get(cell)
    if found is None:
        cells[cell] = [minor, entries]
    else:
        found[0] += minor
        found[1] += entries


def _levels(dimension: str, cells: _Cells) -> Iterator[Total]:
    """Yield the totals of each level; a longer span is added up from the shorter ones, of which there are fewer each time."""
    for level in _LEVELS[dimension]:
        length, summed = _SPAN_LENGTH[level], _Cells()
        for (span, kind, bucket), (minor, entries) in cells.items():
            _count(summed, (span[:length], kind, bucket), minor, entries)
        cells = summed
        prefix = dimension + level
        for (span, kind, bucket), (minor, entries) in cells.items():
            if minor or entries:
                yield Total(f"{prefix}{_digits(span)}{kind[0]}{_bucket_key(dimension, bucket)}", span, bucket, kind, minor, entries)


@lru_cache(10_000)
def _bucket_key(dimension: str, bucket: str) -> str:
    """Return a bucket's part of a key: of fixed form, so that a range of keys is a range of spans in any collation."""
    return hashlib.blake2b(bucket.encode(), digest_size=12).hexdigest() if dimension == PAYEE and bucket else bucket


@lru_cache(10_000)
def _digits(span: str) -> str:
    return span.replace("-", "")


def spans_of(dimension: str, first: str | None, last: str | None, *, longest: str = EVER) -> Iterator[Spans]:
    """Yield the fewest spans, none longer than `longest`, that fill the days from first to last; None is open."""
    levels = [level for level in _LEVELS[dimension] if _SPAN_LENGTH[level] >= _SPAN_LENGTH[longest]]
    if first is None and last is None and EVER in levels:
        yield Spans(dimension, EVER, "", "")
        return
    first, last = first or "1900-01-01", last or "2999-12-31"
    if first <= last:
        yield from _fill(dimension, next(level for level in (YEAR, MONTH, DAY) if level in levels), first, last)


def _fill(dimension: str, level: str, first: str, last: str) -> Iterator[Spans]:
    """Yield the whole years (or months) within, then what is left at both ends in shorter spans."""
    if level == DAY:
        yield Spans(dimension, DAY, first, last)
        return
    shorter = MONTH if level == YEAR else DAY
    inner_first, inner_last = _first_whole(level, first), _last_whole(level, last)
    if inner_first > inner_last:
        yield from _fill(dimension, shorter, first, last)
        return
    length = _SPAN_LENGTH[level]
    yield Spans(dimension, level, inner_first[:length], inner_last[:length])
    if first < inner_first:
        yield from _fill(dimension, shorter, first, _next_day(inner_first, -1))
    if last > inner_last:
        yield from _fill(dimension, shorter, _next_day(inner_last, 1), last)


def _first_whole(level: str, day: str) -> str:
    """Return the first day, from `day` on, on which a span begins."""
    start = day[: _SPAN_LENGTH[level]] + ("-01-01" if level == YEAR else "-01")
    return start if start == day else _next_day(_end(level, day), 1)


def _last_whole(level: str, day: str) -> str:
    """Return the last day, up to `day`, on which a span ends."""
    end = _end(level, day)
    if end == day:
        return day
    return _next_day(day[: _SPAN_LENGTH[level]] + ("-01-01" if level == YEAR else "-01"), -1)


def _end(level: str, day: str) -> str:
    if level == YEAR:
        return f"{day[:4]}-12-31"
    return f"{day[:7]}-{calendar.monthrange(int(day[:4]), int(day[5:7]))[1]:02}"


def _next_day(day: str, days: int) -> str:
    return (date.fromisoformat(day) + timedelta(days=days)).isoformat()
