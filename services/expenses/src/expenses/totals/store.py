"""Rows of the running totals."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from itertools import groupby
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from chassis.storage.prepared import Prepared
from expenses.books.model import Book
from expenses.bulk import CHUNK, chunks, run_many
from expenses.tables import expense, total
from expenses.totals.model import DAY, PAYEE, Spans, Total

_ADD = (
    total.update()
    .where(total.c.owner == sa.bindparam("of_owner"), total.c.total_key == sa.bindparam("of_key"))
    .values(home_minor=total.c.home_minor + sa.bindparam("more_minor"), entries=total.c.entries + sa.bindparam("more_entries"))
)
_FEW = 20
"""Totals that one statement changes: those of an expense or two."""
_INSERT = total.insert()
_INSERTED = ("owner", "total_key", *Total._fields[1:])


@cache
def _add_alike(count: int) -> Prepared:
    """Return the statement that adds the same to some totals."""
    keys: list[sa.BindParameter[str]] = [sa.bindparam(f"key{number}") for number in range(count)]
    added = {
        "home_minor": total.c.home_minor + sa.bindparam("more_minor"),
        "entries": total.c.entries + sa.bindparam("more_entries"),
    }
    return Prepared(total.update().where(total.c.owner == sa.bindparam("of_owner"), total.c.total_key.in_(keys)).values(added))


@cache
def _existing_of(count: int) -> Prepared:
    """Return the statement that finds out which of some totals are there."""
    keys: list[sa.BindParameter[str]] = [sa.bindparam(f"key{number}") for number in range(count)]
    return Prepared(sa.select(total.c.total_key).where(total.c.owner == sa.bindparam("of_owner"), total.c.total_key.in_(keys)))


def _amount(line: Total) -> tuple[int, int]:
    return line.home_minor, line.entries


class TotalRepository:
    """Totals within one transaction. The book is locked, so no other transaction adds the same row in between."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, book: Book, deltas: Iterable[Total]) -> None:
        """Add to each total; delete those that become empty."""
        lines = list(deltas)
        if len(lines) <= _FEW:
            for amount, alike in groupby(sorted(lines, key=_amount), _amount):
                self._add_few(book, amount, list(alike))
        else:
            there = self._existing(book, [line.key for line in lines])
            changed = [(line.home_minor, line.entries, book.number, line.key) for line in lines if line.key in there]
            run_many(self._connection, _ADD, (), changed)
            self._insert(book, [line for line in lines if line.key not in there])
        self._remove_empty(book, [line.key for line in lines if line.entries < 0])

    def by_bucket(self, book: Book, spans: Spans) -> list[tuple[str, str, int, int]]:
        """Return (bucket, kind, home_minor, entries) summed over the spans."""
        if spans.dimension == PAYEE and spans.level == DAY:
            return self._payees_of_days(book, spans)
        return self._sums(book, spans, total.c.bucket)

    def by_span(self, book: Book, spans: Spans, buckets: Sequence[str] = ()) -> list[tuple[str, str, int, int]]:
        """Return (span, kind, home_minor, entries) summed over the buckets, or over those that are given."""
        return self._sums(book, spans, total.c.span, *([total.c.bucket.in_(buckets)] if buckets else []))

    def clear(self, book: Book) -> None:
        self._connection.execute(total.delete().where(total.c.owner == book.number))

    def _add_few(self, book: Book, amount: tuple[int, int], lines: list[Total]) -> None:
        """Add the same to some totals: one statement where they are all there, as is usual."""
        keys = {f"key{number}": line.key for number, line in enumerate(lines)}
        values = {"more_minor": amount[0], "more_entries": amount[1], "of_owner": book.number, **keys}
        if _add_alike(len(lines)).run(self._connection, **values) < len(lines):
            there = self._existing(book, list(keys.values()))
            self._insert(book, [line for line in lines if line.key not in there])

    def _insert(self, book: Book, lines: Sequence[Total]) -> None:
        run_many(self._connection, _INSERT, _INSERTED, [(book.number, *line) for line in lines])

    def _existing(self, book: Book, keys: Sequence[str]) -> set[str]:
        found: set[str] = set()
        for part in chunks(keys):
            # Filled up with the first, so that there are only a few texts of this statement.
            filled = [*part, *[part[0]] * (CHUNK - len(part))] if len(part) > _FEW else part
            values = {f"key{number}": key for number, key in enumerate(filled)}
            found.update(key for (key,) in _existing_of(len(filled)).all(self._connection, of_owner=book.number, **values))
        return found

    def _remove_empty(self, book: Book, keys: Sequence[str]) -> None:
        for part in chunks(keys):
            empty = total.c.owner == book.number, total.c.total_key.in_(part), total.c.entries == 0
            self._connection.execute(total.delete().where(*empty))

    def _payees_of_days(self, book: Book, spans: Spans) -> list[tuple[str, str, int, int]]:
        query = (
            sa.select(expense.c.payee, expense.c.kind, sa.func.sum(expense.c.home_minor), sa.func.count())
            .where(expense.c.owner == book.number, expense.c.spent_on >= spans.first, expense.c.spent_on <= spans.last)
            .group_by(expense.c.payee, expense.c.kind)
        )
        return _whole(self._connection.execute(query))

    def _sums(self, book: Book, spans: Spans, by: sa.Column[str], *more: sa.ColumnElement[bool]) -> list[tuple[str, str, int, int]]:
        low, high = spans.key_range
        query = (
            sa.select(by, total.c.kind, sa.func.sum(total.c.home_minor), sa.func.sum(total.c.entries))
            .where(total.c.owner == book.number, total.c.total_key >= low, total.c.total_key < high, *more)
            .group_by(by, total.c.kind)
        )
        return _whole(self._connection.execute(query))


def _whole(rows: Iterable[Any]) -> list[tuple[str, str, int, int]]:
    """Return sums as whole numbers; MySQL makes decimals of them."""
    return [(name, kind, int(minor), int(entries)) for name, kind, minor, entries in rows]
