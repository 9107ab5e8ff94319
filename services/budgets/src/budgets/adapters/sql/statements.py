"""The statements that every expense goes through, made once: composing one anew costs more than running it."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy import bindparam

from budgets.adapters.sql.tables import budget, crossing, ledger, ledger_entry, person, spend_day

TAKE_TURN = (
    ledger.update().where(ledger.c.user_id == bindparam("of_user"), ledger.c.departed == 0).values(revision=ledger.c.revision + 1)
)
IS_KNOWN = sa.select(ledger.c.departed).where(ledger.c.user_id == bindparam("of_user"))
TIME_ZONE = sa.select(person.c.time_zone).where(person.c.user_id == bindparam("of_user"))

ENTRIES = sa.select(ledger_entry).where(
    ledger_entry.c.user_id == bindparam("of_user"), ledger_entry.c.expense_id.in_(bindparam("ids", expanding=True))
)
ENTRIES_ON = (
    sa.select(ledger_entry)
    .where(ledger_entry.c.user_id == bindparam("of_user"), ledger_entry.c.day.in_(bindparam("days", expanding=True)))
    .order_by(ledger_entry.c.day, ledger_entry.c.expense_id)
)
ADD_ENTRY = ledger_entry.insert()
REPLACE_ENTRY = ledger_entry.update().where(
    ledger_entry.c.user_id == bindparam("of_user"), ledger_entry.c.expense_id == bindparam("of_expense")
)

_ONE_SUM = (
    spend_day.c.user_id == bindparam("of_user"),
    spend_day.c.currency == bindparam("of_currency"),
    spend_day.c.day == bindparam("of_day"),
    spend_day.c.category_id == bindparam("of_category"),
)
SUMS = sa.select(spend_day.c.currency, spend_day.c.category_id, spend_day.c.day, spend_day.c.home_minor).where(
    spend_day.c.user_id == bindparam("of_user"),
    spend_day.c.currency.in_(bindparam("currencies", expanding=True)),
    spend_day.c.day.in_(bindparam("days", expanding=True)),
)
ADD_SUM = spend_day.insert()
REPLACE_SUM = spend_day.update().where(*_ONE_SUM).values(home_minor=bindparam("home_minor"))
REMOVE_SUM = spend_day.delete().where(*_ONE_SUM)

_COVERED = (spend_day.c.user_id == bindparam("of_user"), spend_day.c.currency == bindparam("of_currency"))
_IN_CATEGORIES = spend_day.c.category_id.in_(bindparam("categories", expanding=True))
_IN_DAYS = spend_day.c.day.between(bindparam("first"), bindparam("last"))

_BY_DAY = (
    sa.select(spend_day.c.day, sa.func.sum(spend_day.c.home_minor).label("minor"))
    .where(*_COVERED, _IN_DAYS)
    .group_by(spend_day.c.day)
    .order_by(spend_day.c.day)
)
_TOTAL = sa.select(sa.func.sum(spend_day.c.home_minor)).where(*_COVERED, _IN_DAYS)
_FIRST_DAY = sa.select(sa.func.min(spend_day.c.day)).where(*_COVERED)

BUDGETS = sa.select(budget).where(budget.c.user_id == bindparam("of_user")).order_by(budget.c.id)
CROSSINGS = sa.select(crossing).where(
    crossing.c.user_id == bindparam("of_user"),
    crossing.c.budget_id.in_(bindparam("budgets", expanding=True)),
    crossing.c.period_from.between(bindparam("first"), bindparam("last")),
)
OPEN_CROSSING = crossing.insert()
CLOSE_CROSSING = crossing.delete().where(crossing.c.user_id == bindparam("of_user"), crossing.c.id == bindparam("of_id"))


class Scoped:
    """A statement about sums in two forms: of all categories, and of some."""

    def __init__(self, statement: sa.Select[Any]) -> None:
        """Make both."""
        self._of_all, self._of_some = statement, statement.where(_IN_CATEGORIES)

    def of(self, categories: tuple[str, ...]) -> tuple[sa.Select[Any], dict[str, Any]]:
        """Return the statement and its parameter for these categories."""
        return (self._of_some, {"categories": categories}) if categories else (self._of_all, {})


BY_DAY, TOTAL, FIRST_DAY = Scoped(_BY_DAY), Scoped(_TOTAL), Scoped(_FIRST_DAY)
