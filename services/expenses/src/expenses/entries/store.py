"""Rows of expenses: found, counted, summed, written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from chassis.storage.prepared import Prepared
from expenses.books.model import Book
from expenses.bulk import chunks, run_many
from expenses.entries.filter import ExpenseFilter
from expenses.entries.filter_sql import amounts, conditions
from expenses.entries.model import Expense
from expenses.entries.rows import COLUMNS, expense_in, values_of
from expenses.paging import Position
from expenses.tables import expense

_COLUMNS = tuple(expense.c[name] for name in (*COLUMNS, "number"))
_GET = Prepared(sa.select(*_COLUMNS).where(expense.c.owner == sa.bindparam("of_owner"), expense.c.id == sa.bindparam("of_id")))
_INSERT = expense.insert()
_REPLACED = [at for at, name in enumerate(COLUMNS) if name not in ("id", "owner")]
_REPLACE = expense.update().where(expense.c.owner == sa.bindparam("of_owner"), expense.c.number == sa.bindparam("of_number"))
_FEW = 2000
"""Rows that are collected and sorted in a few milliseconds."""
_SHARE = 4
"""A book with at least a fourth of all rows is looked for in the whole table."""
_ALL = ExpenseFilter()
_SORTED_BY = {"spent_on": expense.c.spent_on, "amount": expense.c.home_minor}
_NOTHING: sa.ColumnElement[str] = sa.literal_column("''")
# Not the bare columns: SQLite would go through the index of one for the groups' sake, however few rows are wanted.
_SUMMED_BY = {
    name: sa.func.coalesce(column, _NOTHING)
    for name, column in {"day": expense.c.spent_on, "category": expense.c.category_id, "payee": expense.c.payee}.items()
}


class ExpenseRepository:
    """Expenses within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def get(self, book: Book, expense_id: str) -> Expense | None:
        row = _GET.first(self._connection, of_owner=book.number, of_id=expense_id)
        return None if row is None else expense_in(row)

    def add(self, book: Book, expenses: Sequence[Expense]) -> None:
        run_many(self._connection, _INSERT, COLUMNS, [values_of(book, made) for made in expenses])

    def replace(self, book: Book, changes: Sequence[tuple[Expense, Expense]]) -> None:
        """Overwrite what differs, found by number: a column that is named costs its indexes, even if it stays the same."""
        rows = [(values_of(book, before), values_of(book, after), after.number) for before, after in changes]
        places = [at for at in _REPLACED if any(before[at] != after[at] for before, after, _ in rows)]
        if places:
            values = [(*[after[at] for at in places], book.number, number) for _, after, number in rows]
            run_many(self._connection, _REPLACE, tuple(COLUMNS[at] for at in places), values)

    def remove(self, book: Book, expenses: Sequence[Expense]) -> None:
        for part in chunks(expenses):
            numbers = [gone.number for gone in part]
            self._connection.execute(expense.delete().where(expense.c.owner == book.number, expense.c.number.in_(numbers)))

    def page(self, book: Book, wanted: ExpenseFilter, sort: str, limit: int, after: Position | None = None) -> list[Expense]:
        """Return up to `limit` expenses; `after` is the (sorted value, number) of the last one before."""
        if wanted == _ALL:
            statement, (value, number) = _page_of_all(sort, first=after is None), after or (None, None)
            rows = statement.all(self._connection, of_owner=book.number, after_value=value, after_number=number, most=limit)
            return [expense_in(row) for row in rows]
        chosen = conditions(book, wanted)
        if _sorted_by(sort) is expense.c.spent_on and self._many_amounts(book, wanted):
            # Adding zero keeps the store from collecting half the book by amount, only to sort it by day.
            chosen = [*conditions(book, replace(wanted, least=None, most=None)), *amounts(expense.c.home_minor + 0, wanted)]
        return [expense_in(row) for row in self._connection.execute(_page(chosen, sort, limit, after))]

    def _many_amounts(self, book: Book, wanted: ExpenseFilter) -> bool:
        """Say whether so many expenses lie between the amounts that it is quicker to go through all by day until a page is full."""
        bounds = amounts(expense.c.home_minor, wanted)
        if not bounds:
            return False
        found = sa.select(expense.c.number).where(expense.c.owner == book.number, *bounds).limit(_FEW)
        return len(self._connection.execute(found).all()) == _FEW

    def by_number(self, book: Book, wanted: ExpenseFilter, limit: int, after: int) -> list[Expense]:
        """Return up to `limit` expenses in the order in which they were stored."""
        query = sa.select(*_COLUMNS).where(*conditions(book, wanted), expense.c.number > after)
        return [expense_in(row) for row in self._connection.execute(query.order_by(expense.c.number).limit(limit))]

    def count(self, book: Book, wanted: ExpenseFilter) -> int:
        query = sa.select(sa.func.count()).select_from(expense).where(*conditions(book, wanted))
        return int(self._connection.execute(query).scalar_one())

    def sums(self, book: Book, wanted: ExpenseFilter, by: str) -> list[tuple[str, str, int, int]]:
        """Return (key, kind, home_minor, entries) summed by `day`, `category` or `payee`."""
        key, chosen = _SUMMED_BY[by], conditions(book, wanted)
        if self._is_scan_faster(book, wanted):
            # Adding zero keeps SQLite from an index, which would lead it back and forth through the table.
            chosen = [expense.c.owner + 0 == book.number, *chosen[1:]]
        query = (
            sa.select(key, expense.c.kind, sa.func.sum(expense.c.home_minor), sa.func.count())
            .where(*chosen)
            .group_by(key, expense.c.kind)
        )
        # As whole numbers; MySQL makes decimals of them.
        return [(name, kind, int(minor), int(entries)) for name, kind, minor, entries in self._connection.execute(query)]

    def _is_scan_faster(self, book: Book, wanted: ExpenseFilter) -> bool:
        """Say whether reading the whole table from its beginning finds the rows sooner than an index does."""
        bounded = wanted.first or wanted.last or wanted.categories or wanted.payee is not None or wanted.import_id
        if bounded or self._connection.dialect.name != "sqlite":
            return False
        if (wanted.least is not None or wanted.most is not None) and not self._many_amounts(book, wanted):
            return False
        rows = self._connection.execute(sa.select(sa.func.max(expense.c.number))).scalar_one() or 0
        return self.count(book, ExpenseFilter()) * _SHARE >= rows

    def any_imported(self, book: Book) -> bool:
        query = sa.select(expense.c.fingerprint).where(expense.c.owner == book.number, expense.c.fingerprint.is_not(None))
        return self._connection.execute(query.limit(1)).first() is not None

    def known(self, book: Book, fingerprints: Sequence[int]) -> set[int]:
        """Return those fingerprints that expenses have already."""
        return self._known(expense.c.fingerprint, book, fingerprints)

    def known_lines(self, book: Book, fingerprints: Sequence[int]) -> set[int]:
        """Return those fingerprints of lines that expenses have already."""
        return self._known(expense.c.line_fingerprint, book, fingerprints)

    def _known(self, column: sa.Column[int], book: Book, fingerprints: Sequence[int]) -> set[int]:
        found: set[int] = set()
        for part in chunks(fingerprints):
            query = sa.select(column).where(expense.c.owner == book.number, column.in_(part))
            found.update(self._connection.execute(query).scalars())
        return found


@cache
def _page_of_all(sort: str, *, first: bool) -> Prepared:
    """Return the statement for a list without filters, which everybody opens first."""
    after: Position | None = None if first else (sa.bindparam("after_value"), sa.bindparam("after_number"))
    return Prepared(_page([expense.c.owner == sa.bindparam("of_owner")], sort, sa.bindparam("most"), after))


def _page(
    chosen: Sequence[sa.ColumnElement[bool]], sort: str, limit: int | sa.BindParameter[int], after: Position | None
) -> sa.Select[Any]:
    by, number, falling = _sorted_by(sort), expense.c.number, sort.startswith("-")
    query = sa.select(*_COLUMNS).where(*chosen)
    query = query.order_by(by.desc(), number.desc()) if falling else query.order_by(by, number)
    if after is not None:
        query = query.where(*_beyond(by, after, falling=falling))
    return query.limit(limit)


def _sorted_by(sort: str) -> sa.Column[Any]:
    return _SORTED_BY[sort.removeprefix("-")]


def _beyond(by: sa.Column[Any], after: Position, *, falling: bool) -> tuple[sa.ColumnElement[bool], ...]:
    """Say where the next page begins; the first condition is the one that an index can seek by."""
    value, number = after
    if falling:
        return by <= value, sa.or_(by < value, expense.c.number < number)
    return by >= value, sa.or_(by > value, expense.c.number > number)
