"""The rows of budgets."""

from __future__ import annotations

import unicodedata
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from budgets.errors import BudgetNotFoundError
from budgets.model import Budget, Rollover, Scope
from budgets.periods import Cycle, Schedule
from budgets.store.expense_columns import Row
from budgets.tables import budget as table
from budgets.tables import crossing
from chassis.storage.prepared import Prepared
from money import Money

Position = tuple[str, str]
"""Where a page of the list ended: (name as it is sorted, id)."""

_COLUMNS = [column for column in table.c if column.name != "name_key"]
_ALL = Prepared(sa.select(*_COLUMNS).where(table.c.user_id == sa.bindparam("book_id")).order_by(table.c.id))


class BudgetRepository:
    """The budgets within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def all(self, book_id: str) -> list[Budget]:
        return [_budget(*row) for row in _ALL.all(self._connection, book_id=book_id)]

    def page(self, book_id: str, *, limit: int, after: Position | None) -> list[tuple[Position, Budget]]:
        """Return the budgets of a book by name, each with its position, those after a position."""
        query = sa.select(table.c.name_key, *_COLUMNS).where(table.c.user_id == book_id)
        query = query.order_by(table.c.name_key, table.c.id).limit(limit)
        if after is not None:
            name, budget_id = after
            same_name = sa.and_(table.c.name_key == name, table.c.id > budget_id)
            query = query.where(sa.or_(table.c.name_key > name, same_name))
        return [((row.name_key, row.id), _budget(*row[1:])) for row in self._connection.execute(query)]

    def get(self, book_id: str, budget_id: str) -> Budget:
        """Return one budget; raises BudgetNotFoundError."""
        row = self._connection.execute(sa.select(*_COLUMNS).where(*_is(book_id, budget_id))).first()
        if row is None:
            raise BudgetNotFoundError
        return _budget(*row)

    def add(self, budget: Budget) -> None:
        self._connection.execute(table.insert(), _row(budget))

    def replace(self, budget: Budget) -> None:
        self._connection.execute(table.update().where(*_is(budget.book_id, budget.id)).values(_row(budget)))

    def remove(self, book_id: str, budget_id: str) -> None:
        self._connection.execute(crossing.delete().where(crossing.c.user_id == book_id, crossing.c.budget_id == budget_id))
        self._connection.execute(table.delete().where(*_is(book_id, budget_id)))


def _is(book_id: str, budget_id: str) -> tuple[sa.ColumnElement[bool], ...]:
    return table.c.user_id == book_id, table.c.id == budget_id


def _row(budget: Budget) -> Row:
    return {
        "user_id": budget.book_id,
        "id": budget.id,
        "name": budget.name,
        "name_key": unicodedata.normalize("NFKC", budget.name).casefold()[:300],
        "category_ids": ",".join(budget.scope.category_ids),
        "currency": budget.amount.currency,
        "amount_minor": budget.amount.minor,
        "cycle": budget.schedule.cycle.value,
        "anchor": budget.schedule.anchor.isoformat(),
        "thresholds": ",".join(map(str, budget.thresholds)),
        "rollover": budget.rollover.value,
        "version": budget.version,
        "created_at": budget.created_at.isoformat(),
        "has_gone": int(budget.has_missing_categories),
        "awaiting": int(budget.awaits_conversion),
        "author": budget.author,
    }


def _budget(*row: Any) -> Budget:
    book_id, budget_id, name, categories, currency, minor, cycle, anchor, thresholds, rollover, version, created, *more = row
    has_gone, awaiting, author = more
    return Budget(
        id=budget_id,
        book_id=book_id,
        name=name,
        scope=Scope(currency, tuple(categories.split(",")) if categories else ()),
        amount=Money(minor, currency),
        schedule=Schedule(Cycle(cycle), date.fromisoformat(anchor)),
        thresholds=tuple(map(int, thresholds.split(","))),
        rollover=Rollover(rollover),
        version=version,
        created_at=datetime.fromisoformat(created),
        author=author,
        has_missing_categories=bool(has_gone),
        awaits_conversion=bool(awaiting),
    )
