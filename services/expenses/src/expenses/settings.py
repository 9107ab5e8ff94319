"""What the expenses service can be told."""

from __future__ import annotations

from dataclasses import dataclass

from chassis.settings import CommonSettings, setting


@dataclass(frozen=True, kw_only=True)
class ExpensesSettings(CommonSettings):
    """Settings of the expenses service."""

    database: str = setting("EXPENSES_DB", "a SQLAlchemy URL, such as sqlite:////data/expenses.db")
