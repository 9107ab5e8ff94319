"""The ledger in SQL."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy.engine import Connection

from budgets.adapters.sql import statements
from budgets.adapters.sql.rows import Row, columns_of, expense_of
from budgets.domain.expense import Entry, Expense, Scope, Slot
from budgets.domain.schedule import Period

_AT_ONCE = 500
"""Most values in one IN list."""


class SqlLedger:
    """Implements domain.ports.Ledger within one transaction."""

    def __init__(self, connection: Connection) -> None:
        """Work in this transaction."""
        self._execute = connection.execute

    def entries(self, user_id: str, expense_ids: Collection[str]) -> dict[str, Entry]:
        """Return what is known of these expenses, by id."""
        found = {}
        for some in _chunks(sorted(expense_ids)):
            for row in self._execute(statements.ENTRIES, {"of_user": user_id, "ids": some}):
                found[row.expense_id] = Entry(row.expense_id, row.version, expense_of(row))
        return found

    def post(self, user_id: str, *, new: Sequence[Entry], changed: Sequence[Entry], sums: Mapping[Slot, int]) -> None:
        """Store entries that are new and some that are known, and add to the sums."""
        if new:
            rows = [{"user_id": user_id, "expense_id": entry.expense_id, **_columns(entry)} for entry in new]
            self._execute(statements.ADD_ENTRY, rows)
        if changed:
            rows = [{"of_user": user_id, "of_expense": entry.expense_id, **_columns(entry)} for entry in changed]
            self._execute(statements.REPLACE_ENTRY, rows)
        self._add(user_id, {slot: minor for slot, minor in sums.items() if minor})

    def _add(self, user_id: str, sums: Mapping[Slot, int]) -> None:
        """Add to the sums, which nobody else changes meanwhile. Sums of zero are not kept."""
        present = self._sums(user_id, sums)
        after = {slot: present.get(slot, 0) + minor for slot, minor in sums.items()}
        if removed := [_key(user_id, slot) for slot, minor in after.items() if not minor and slot in present]:
            self._execute(statements.REMOVE_SUM, removed)
        if replaced := [{**_key(user_id, slot), "home_minor": minor} for slot, minor in after.items() if minor and slot in present]:
            self._execute(statements.REPLACE_SUM, replaced)
        if added := [_sum(user_id, slot, minor) for slot, minor in after.items() if slot not in present]:
            self._execute(statements.ADD_SUM, added)

    def _sums(self, user_id: str, slots: Collection[Slot]) -> dict[Slot, int]:
        found: dict[Slot, int] = {}
        currencies = sorted({slot.currency for slot in slots})
        for days in _chunks(sorted({slot.day.isoformat() for slot in slots})):
            wanted = {"of_user": user_id, "currencies": currencies, "days": days}
            for currency, category_id, day, minor in self._execute(statements.SUMS, wanted):
                found[Slot(currency, category_id, date.fromisoformat(day))] = minor
        return found

    def total(self, user_id: str, scope: Scope, period: Period) -> int:
        """Return what was spent within a period."""
        statement, categories = statements.TOTAL.of(scope.category_ids)
        days = {"first": period.first.isoformat(), "last": period.last.isoformat()}
        return int(self._execute(statement, {**_covered(user_id, scope), **categories, **days}).scalar() or 0)

    def by_day(self, user_id: str, scope: Scope, first: date = date.min, last: date = date.max) -> dict[date, int]:
        """Return what was spent on each day that has spending, in order."""
        statement, categories = statements.BY_DAY.of(scope.category_ids)
        days = {"first": first.isoformat(), "last": last.isoformat()}
        rows = self._execute(statement, {**_covered(user_id, scope), **categories, **days})
        return {date.fromisoformat(day): int(minor) for day, minor in rows}

    def first_day(self, user_id: str, scope: Scope) -> date | None:
        """Return the first day with spending."""
        statement, categories = statements.FIRST_DAY.of(scope.category_ids)
        day = self._execute(statement, {**_covered(user_id, scope), **categories}).scalar()
        return date.fromisoformat(day) if day else None

    def expenses_on(self, user_id: str, scope: Scope, days: Collection[date]) -> dict[date, list[Expense]]:
        """Return the expenses of some days, each day's in the order of their ids, which is that of recording."""
        found: dict[date, list[Expense]] = {day: [] for day in days}
        for some in _chunks(sorted(day.isoformat() for day in days)):
            for expense in map(expense_of, self._execute(statements.ENTRIES_ON, {"of_user": user_id, "days": some})):
                if expense is not None and scope.covers(expense):
                    found[expense.day].append(expense)
        return found


def _columns(entry: Entry) -> Row:
    currency = entry.expense.home.currency if entry.expense else None
    return {"version": entry.version, "currency": currency, **columns_of(entry.expense)}


def _key(user_id: str, slot: Slot) -> Row:
    return {"of_user": user_id, "of_currency": slot.currency, "of_day": slot.day.isoformat(), "of_category": slot.category_id}


def _sum(user_id: str, slot: Slot, minor: int) -> Row:
    return {
        "user_id": user_id,
        "currency": slot.currency,
        "day": slot.day.isoformat(),
        "category_id": slot.category_id,
        "home_minor": minor,
    }


def _covered(user_id: str, scope: Scope) -> Row:
    return {"of_user": user_id, "of_currency": scope.currency}


def _chunks(values: Sequence[Any]) -> Iterator[Sequence[Any]]:
    return (values[start : start + _AT_ONCE] for start in range(0, len(values), _AT_ONCE))
