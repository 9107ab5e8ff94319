"""What was spent: the known version of each expense, and sums by day, category and currency.

Every expense event goes through here several times, so rows stay tuples and statements are prepared: that halves the
CPU time of an event on SQLite.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy import bindparam
from sqlalchemy.engine import Connection

from budgets.assessment import PeriodSpending
from budgets.model import Budget, Expense, ExpenseVersion, Rollover, Scope, SpendingKey
from budgets.periods import Period
from budgets.store.expense_columns import Row, expense_columns, expense_of, values_of
from budgets.tables import ledger_entry, spend_day
from chassis.storage.prepared import Prepared

_AT_ONCE = 500
"""Most values in one IN list."""
_FEW = 3
"""Up to so many periods are asked for one by one; for more the days are read and summed up here."""

_VERSIONS = sa.select(ledger_entry.c.version, *expense_columns(ledger_entry)).where(ledger_entry.c.user_id == bindparam("book_id"))
_VERSION = Prepared(_VERSIONS.where(ledger_entry.c.expense_id == bindparam("of_expense")))
_SOME_VERSIONS = _VERSIONS.where(ledger_entry.c.expense_id.in_(bindparam("ids", expanding=True)))
_EXPENSES_ON = (
    sa.select(*expense_columns(ledger_entry))
    .where(ledger_entry.c.user_id == bindparam("book_id"), ledger_entry.c.day.in_(bindparam("days", expanding=True)))
    .order_by(ledger_entry.c.day, ledger_entry.c.expense_id)
)
_ADD_VERSION = Prepared(ledger_entry.insert(), *ledger_entry.c.keys())
_REPLACE_VERSION = Prepared(
    ledger_entry.update().where(
        ledger_entry.c.user_id == bindparam("book_id"), ledger_entry.c.expense_id == bindparam("of_expense")
    ),
    *(column.name for column in ledger_entry.c if not column.primary_key),
)

_OF_CURRENCY = (spend_day.c.user_id == bindparam("book_id"), spend_day.c.currency == bindparam("of_currency"))
_WITHIN = spend_day.c.day.between(bindparam("first"), bindparam("last"))
_ONE_SUM = (*_OF_CURRENCY, spend_day.c.day == bindparam("of_day"), spend_day.c.category_id == bindparam("of_category"))
_SUM = Prepared(sa.select(spend_day.c.home_minor).where(*_ONE_SUM))
_SUMS = sa.select(spend_day.c.currency, spend_day.c.category_id, spend_day.c.day, spend_day.c.home_minor).where(
    spend_day.c.user_id == bindparam("book_id"),
    spend_day.c.currency.in_(bindparam("currencies", expanding=True)),
    spend_day.c.day.in_(bindparam("days", expanding=True)),
)
_ADD_SUM = Prepared(spend_day.insert(), *spend_day.c.keys())
_REPLACE_SUM = Prepared(spend_day.update().where(*_ONE_SUM).values(home_minor=bindparam("minor")))
_REMOVE_SUM = Prepared(spend_day.delete().where(*_ONE_SUM))
_BY_CATEGORY = Prepared(
    sa.select(spend_day.c.category_id, sa.func.sum(spend_day.c.home_minor))
    .where(*_OF_CURRENCY, _WITHIN)
    .group_by(spend_day.c.category_id)
)


@cache
def _by_day(categories: int) -> Prepared:
    """Sums by day, of all categories or of a number of them: parameters c0, c1, ..."""
    wanted = [spend_day.c.category_id.in_([bindparam(f"c{number}") for number in range(categories)])] if categories else []
    query = sa.select(spend_day.c.day, sa.func.sum(spend_day.c.home_minor)).where(*_OF_CURRENCY, _WITHIN, *wanted)
    return Prepared(query.group_by(spend_day.c.day).order_by(spend_day.c.day))


class SpendingRepository:
    """The spending within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._by_category: dict[tuple[str, str, Period], dict[str, int]] = {}
        """What was read of a period, since most budgets of a book have the same ones."""

    def versions(self, book_id: str, expense_ids: Collection[str]) -> dict[str, ExpenseVersion]:
        """Return what is known of these expenses, by id."""
        rows: Iterator[Any] | Sequence[Any]
        if len(expense_ids) == 1:
            (expense_id,) = expense_ids
            rows = _VERSION.all(self._connection, book_id=book_id, of_expense=expense_id)
        else:
            rows = (
                row
                for ids in _chunks(sorted(expense_ids))
                for row in self._connection.execute(_SOME_VERSIONS, {"book_id": book_id, "ids": ids})
            )
        return {row[1]: ExpenseVersion(row[1], row[0], expense_of(row[1:])) for row in rows}

    def record(
        self,
        book_id: str,
        *,
        new: Sequence[ExpenseVersion] = (),
        replaced: Sequence[ExpenseVersion] = (),
        sums: Mapping[SpendingKey, int] | None = None,
    ) -> None:
        """Store versions of unknown expenses and of known ones, and add to the sums."""
        self._by_category.clear()
        _ADD_VERSION.run_many(
            self._connection, [{"user_id": book_id, "expense_id": version.expense_id, **_values(version)} for version in new]
        )
        _REPLACE_VERSION.run_many(
            self._connection, [{"book_id": book_id, "of_expense": version.expense_id, **_values(version)} for version in replaced]
        )
        self._add_to_sums(book_id, {key: minor for key, minor in (sums or {}).items() if minor})

    def _add_to_sums(self, book_id: str, added: Mapping[SpendingKey, int]) -> None:
        """Add to the sums, which nobody else changes meanwhile. Sums of zero are not kept."""
        present = self._sums(book_id, added)
        after = {key: present.get(key, 0) + minor for key, minor in added.items()}
        run, gone = self._connection, [key for key, minor in after.items() if key in present and not minor]
        _REMOVE_SUM.run_many(run, [_key(book_id, key) for key in gone])
        changed = [{**_key(book_id, key), "minor": minor} for key, minor in after.items() if key in present and minor]
        _REPLACE_SUM.run_many(run, changed)
        _ADD_SUM.run_many(run, [_sum(book_id, key, minor) for key, minor in after.items() if key not in present])

    def _sums(self, book_id: str, keys: Collection[SpendingKey]) -> dict[SpendingKey, int]:
        if len(keys) == 1:
            (key,) = keys
            row = _SUM.first(self._connection, **_key(book_id, key))
            return {key: row[0]} if row else {}
        found: dict[SpendingKey, int] = {}
        currencies = sorted({key.currency for key in keys})
        for days in _chunks(sorted({key.day.isoformat() for key in keys})):
            wanted = {"book_id": book_id, "currencies": currencies, "days": days}
            for currency, category_id, day, minor in self._connection.execute(_SUMS, wanted):
                found[SpendingKey(currency, category_id, date.fromisoformat(day))] = minor
        return found

    def of(self, budget: Budget, numbers: Collection[int]) -> PeriodSpending:
        """Return the spending of a budget, true for the periods of these numbers. With rollover that takes all since the anchor."""
        rolls_over, schedule = budget.rollover is not Rollover.NONE, budget.schedule
        if not rolls_over and len(numbers) <= _FEW:
            return PeriodSpending(budget, {number: self._total(budget, schedule.period(number)) for number in numbers})
        oldest = min(0, *numbers) if rolls_over else min(numbers)
        return PeriodSpending.from_days(budget, self.by_day(budget, schedule.period(oldest).first))

    def _total(self, budget: Budget, period: Period) -> int:
        key = budget.book_id, budget.scope.currency, period
        if key not in self._by_category:
            values = {"first": period.first.isoformat(), "last": period.last.isoformat()}
            rows = _BY_CATEGORY.all(self._connection, book_id=budget.book_id, of_currency=budget.scope.currency, **values)
            self._by_category[key] = {category_id: int(minor) for category_id, minor in rows}
        sums, wanted = self._by_category[key], budget.scope.category_ids
        return sum(sums.get(category_id, 0) for category_id in wanted) if wanted else sum(sums.values())

    def by_day(self, budget: Budget, first: date = date.min, last: date = date.max) -> dict[date, int]:
        """Return what was spent on each day that has spending, in order."""
        scope = budget.scope
        values = {f"c{number}": category_id for number, category_id in enumerate(scope.category_ids)}
        values |= {"book_id": budget.book_id, "of_currency": scope.currency}
        values |= {"first": first.isoformat(), "last": last.isoformat()}
        rows = _by_day(len(scope.category_ids)).all(self._connection, **values)
        return {date.fromisoformat(day): int(minor) for day, minor in rows}

    def first_day(self, budget: Budget) -> date | None:
        scope, wanted = budget.scope, [spend_day.c.user_id == budget.book_id, spend_day.c.currency == budget.scope.currency]
        if scope.category_ids:
            wanted.append(spend_day.c.category_id.in_(scope.category_ids))
        day = self._connection.execute(sa.select(sa.func.min(spend_day.c.day)).where(*wanted)).scalar()
        return date.fromisoformat(day) if day else None

    def expenses_on(self, book_id: str, scope: Scope, days: Collection[date]) -> dict[date, list[Expense]]:
        """Return the expenses of some days, each day's in the order of their ids, which is that of recording."""
        found: dict[date, list[Expense]] = {day: [] for day in days}
        for some in _chunks(sorted(day.isoformat() for day in days)):
            for row in self._connection.execute(_EXPENSES_ON, {"book_id": book_id, "days": some}):
                expense = expense_of(row)
                if expense is not None and scope.covers(expense):
                    found[expense.day].append(expense)
        return found


def _values(version: ExpenseVersion) -> Row:
    currency = version.expense.home_amount.currency if version.expense else None
    return {"version": version.version, "currency": currency, **values_of(version.expense)}


def _key(book_id: str, key: SpendingKey) -> Row:
    return {"book_id": book_id, "of_currency": key.currency, "of_day": key.day.isoformat(), "of_category": key.category_id}


def _sum(book_id: str, key: SpendingKey, minor: int) -> Row:
    return {
        "user_id": book_id,
        "currency": key.currency,
        "day": key.day.isoformat(),
        "category_id": key.category_id,
        "home_minor": minor,
    }


def _chunks(values: Sequence[str]) -> Iterator[Sequence[str]]:
    return (values[start : start + _AT_ONCE] for start in range(0, len(values), _AT_ONCE))
