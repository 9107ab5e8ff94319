"""Budgets in SQL."""

from __future__ import annotations

import unicodedata
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from budgets.adapters.sql.rows import Row
from budgets.adapters.sql.statements import BUDGETS
from budgets.adapters.sql.tables import budget as table
from budgets.adapters.sql.tables import crossing
from budgets.domain.budget import Budget, Rollover
from budgets.domain.expense import Scope
from budgets.domain.schedule import Cycle, Schedule
from money import Money


class SqlBudgets:
    """Implements domain.ports.Budgets within one transaction."""

    def __init__(self, connection: Connection) -> None:
        """Work in this transaction."""
        self._connection = connection

    def all(self, user_id: str) -> list[Budget]:
        """Return somebody's budgets."""
        return [_budget(row) for row in self._connection.execute(BUDGETS, {"of_user": user_id})]

    def page(self, user_id: str, *, limit: int, after: tuple[str, str] | None) -> list[tuple[tuple[str, str], Budget]]:
        """Return somebody's budgets by name, each with its position, those after a position."""
        query = sa.select(table).where(table.c.user_id == user_id).order_by(table.c.name_key, table.c.id).limit(limit)
        if after is not None:
            name, budget_id = after
            same_name = sa.and_(table.c.name_key == name, table.c.id > budget_id)
            query = query.where(sa.or_(table.c.name_key > name, same_name))
        return [((row.name_key, row.id), _budget(row)) for row in self._connection.execute(query)]

    def get(self, user_id: str, budget_id: str) -> Budget | None:
        """Return one budget."""
        row = self._connection.execute(sa.select(table).where(*_is(user_id, budget_id))).first()
        return _budget(row) if row else None

    def add(self, budget: Budget) -> None:
        """Store a new one."""
        self._connection.execute(table.insert(), _row(budget))

    def replace(self, budget: Budget) -> None:
        """Store a known one."""
        self._connection.execute(table.update().where(*_is(budget.user_id, budget.id)).values(_row(budget)))

    def remove(self, user_id: str, budget_id: str) -> None:
        """Delete one, with its crossings."""
        self._connection.execute(crossing.delete().where(crossing.c.user_id == user_id, crossing.c.budget_id == budget_id))
        self._connection.execute(table.delete().where(*_is(user_id, budget_id)))


def _is(user_id: str, budget_id: str) -> tuple[sa.ColumnElement[bool], ...]:
    return table.c.user_id == user_id, table.c.id == budget_id


def _row(budget: Budget) -> Row:
    return {
        "user_id": budget.user_id,
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
        "has_gone": int(budget.has_gone),
        "awaiting": int(budget.awaiting),
    }


def _budget(row: Any) -> Budget:
    return Budget(
        id=row.id,
        user_id=row.user_id,
        name=row.name,
        scope=Scope(row.currency, tuple(row.category_ids.split(",")) if row.category_ids else ()),
        amount=Money(row.amount_minor, row.currency),
        schedule=Schedule(Cycle(row.cycle), date.fromisoformat(row.anchor)),
        thresholds=tuple(map(int, row.thresholds.split(","))),
        rollover=Rollover(row.rollover),
        version=row.version,
        created_at=datetime.fromisoformat(row.created_at),
        has_gone=bool(row.has_gone),
        awaiting=bool(row.awaiting),
    )
