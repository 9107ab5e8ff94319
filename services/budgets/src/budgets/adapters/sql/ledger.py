"""The ledger in SQL."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from budgets.adapters.sql.rows import Row, columns_of, expense_of
from budgets.adapters.sql.tables import ledger_entry, spend_day
from budgets.domain.expense import Entry, Expense, Scope, Slot
from budgets.domain.schedule import Period

_AT_ONCE = 500
"""Most values in one IN list."""
_SPANS_AT_ONCE = 40


class SqlLedger:
    """Implements domain.ports.Ledger within one transaction."""

    def __init__(self, connection: Connection) -> None:
        """Work in this transaction."""
        self._connection = connection

    def entries(self, user_id: str, expense_ids: Collection[str]) -> dict[str, Entry]:
        """Return what is known of these expenses, by id."""
        table = ledger_entry
        found = {}
        for some in _chunks(sorted(expense_ids)):
            query = sa.select(table).where(table.c.user_id == user_id, table.c.expense_id.in_(some))
            for row in self._connection.execute(query):
                found[row.expense_id] = Entry(row.expense_id, row.version, expense_of(row))
        return found

    def post(self, user_id: str, *, new: Sequence[Entry], changed: Sequence[Entry], sums: Mapping[Slot, int]) -> None:
        """Store entries that are new and some that are known, and add to the sums."""
        if new:
            rows = [{"user_id": user_id, "expense_id": entry.expense_id, **_columns(entry)} for entry in new]
            self._connection.execute(ledger_entry.insert(), rows)
        if changed:
            statement = ledger_entry.update().where(
                ledger_entry.c.user_id == sa.bindparam("of_user"), ledger_entry.c.expense_id == sa.bindparam("of_expense")
            )
            rows = [{"of_user": user_id, "of_expense": entry.expense_id, **_columns(entry)} for entry in changed]
            self._connection.execute(statement, rows)
        self._add(user_id, {slot: minor for slot, minor in sums.items() if minor})

    def _add(self, user_id: str, sums: Mapping[Slot, int]) -> None:
        """Add to the sums, which nobody else changes meanwhile. Sums of zero are not kept."""
        present = self._sums(user_id, sums)
        rows = [{"of_user": user_id, **_key(slot), "home_minor": present.get(slot, 0) + minor} for slot, minor in sums.items()]
        known = [row for row, slot in zip(rows, sums, strict=True) if slot in present]
        updated = [row for row in known if row["home_minor"]]
        removed = [{key: row[key] for key in row if key != "home_minor"} for row in known if not row["home_minor"]]
        fresh = [row for row, slot in zip(rows, sums, strict=True) if slot not in present]
        if updated:
            self._connection.execute(_one_sum(spend_day.update()).values(home_minor=sa.bindparam("home_minor")), updated)
        if removed:
            self._connection.execute(_one_sum(spend_day.delete()), removed)
        if fresh:
            self._connection.execute(spend_day.insert(), [_inserted(row) for row in fresh])

    def _sums(self, user_id: str, slots: Collection[Slot]) -> dict[Slot, int]:
        table = spend_day
        found: dict[Slot, int] = {}
        currencies = {slot.currency for slot in slots}
        for days in _chunks(sorted({slot.day.isoformat() for slot in slots})):
            query = sa.select(table.c.currency, table.c.category_id, table.c.day, table.c.home_minor).where(
                table.c.user_id == user_id, table.c.currency.in_(currencies), table.c.day.in_(days)
            )
            for row in self._connection.execute(query):
                found[Slot(row.currency, row.category_id, date.fromisoformat(row.day))] = row.home_minor
        return found

    def totals(self, user_id: str, spans: Sequence[tuple[Scope, Period]]) -> list[int]:
        """Return what was spent within each of these."""
        totals = [0] * len(spans)
        for some in _chunks(range(len(spans)), _SPANS_AT_ONCE):
            query: Any = sa.union_all(*(_total(user_id, number - some[0], *spans[number]) for number in some))
            for number, minor in self._connection.execute(query):
                totals[some[0] + number] = int(minor)
        return totals

    def by_day(self, user_id: str, scope: Scope, first: date = date.min, last: date = date.max) -> dict[date, int]:
        """Return what was spent on each day that has spending, in order."""
        table = spend_day
        query = (
            sa.select(table.c.day, sa.func.sum(table.c.home_minor))
            .where(*_covered(user_id, scope), table.c.day.between(first.isoformat(), last.isoformat()))
            .group_by(table.c.day)
            .order_by(table.c.day)
        )
        return {date.fromisoformat(day): int(minor) for day, minor in self._connection.execute(query)}

    def first_day(self, user_id: str, scope: Scope) -> date | None:
        """Return the first day with spending."""
        day = self._connection.execute(sa.select(sa.func.min(spend_day.c.day)).where(*_covered(user_id, scope))).scalar()
        return date.fromisoformat(day) if day else None

    def expenses_on(self, user_id: str, scope: Scope, days: Collection[date]) -> dict[date, list[Expense]]:
        """Return the expenses of some days, each day's in the order of their ids, which is that of recording."""
        table = ledger_entry
        found: dict[date, list[Expense]] = {day: [] for day in days}
        for some in _chunks(sorted(day.isoformat() for day in days)):
            query = (
                sa.select(table).where(table.c.user_id == user_id, table.c.day.in_(some)).order_by(table.c.day, table.c.expense_id)
            )
            for expense in map(expense_of, self._connection.execute(query)):
                if expense is not None and scope.covers(expense):
                    found[expense.day].append(expense)
        return found


def _columns(entry: Entry) -> Row:
    currency = entry.expense.home.currency if entry.expense else None
    return {"version": entry.version, "currency": currency, **columns_of(entry.expense)}


def _key(slot: Slot) -> Row:
    return {"of_currency": slot.currency, "of_day": slot.day.isoformat(), "of_category": slot.category_id}


def _inserted(row: Row) -> Row:
    return {
        "user_id": row["of_user"],
        "currency": row["of_currency"],
        "day": row["of_day"],
        "category_id": row["of_category"],
        "home_minor": row["home_minor"],
    }


def _one_sum(statement: Any) -> Any:
    return statement.where(
        spend_day.c.user_id == sa.bindparam("of_user"),
        spend_day.c.currency == sa.bindparam("of_currency"),
        spend_day.c.day == sa.bindparam("of_day"),
        spend_day.c.category_id == sa.bindparam("of_category"),
    )


def _covered(user_id: str, scope: Scope) -> list[sa.ColumnElement[bool]]:
    covered = [spend_day.c.user_id == user_id, spend_day.c.currency == scope.currency]
    return [*covered, spend_day.c.category_id.in_(scope.category_ids)] if scope.category_ids else covered


def _total(user_id: str, number: int, scope: Scope, period: Period) -> sa.Select[tuple[int, int]]:
    total = sa.func.coalesce(sa.func.sum(spend_day.c.home_minor), sa.literal_column("0"))
    days = spend_day.c.day.between(period.first.isoformat(), period.last.isoformat())
    # The number stands in the statement as text: Db2 wants to know the type of what it selects.
    return sa.select(sa.literal_column(str(number), sa.Integer), total).where(*_covered(user_id, scope), days)


def _chunks(values: Sequence[Any], size: int = _AT_ONCE) -> Iterator[Sequence[Any]]:
    return (values[start : start + size] for start in range(0, len(values), size))
