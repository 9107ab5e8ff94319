"""The settings of the budgets service."""

from __future__ import annotations

from dataclasses import dataclass

from chassis.platform import Bound
from chassis.runtime.settings import CommonSettings, setting
from chassis.storage.address import store_address


@dataclass(frozen=True, kw_only=True)
class BudgetsSettings(CommonSettings):
    """The settings of the budgets service."""

    database: str = setting(
        "BUDGETS_DB",
        "a SQLAlchemy URL, such as sqlite:////data/budgets.db",
        parse=store_address,
        bound=Bound("sql", own="budgets"),
        secret=True,
    )
