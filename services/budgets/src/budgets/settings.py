"""What the budgets service can be told."""

from __future__ import annotations

from dataclasses import dataclass

from chassis.bindings import Bound
from chassis.settings import CommonSettings, setting
from chassis.sql import store_address


@dataclass(frozen=True, kw_only=True)
class BudgetsSettings(CommonSettings):
    """Settings of the budgets service."""

    database: str = setting(
        "BUDGETS_DB", "a SQLAlchemy URL, such as sqlite:////data/budgets.db", parse=store_address,
        bound=Bound("sql", own="budgets"), secret=True,
    )  # fmt: skip
