"""Puts together what moves when the budgets get another store."""

from __future__ import annotations

from budgets.adapters.sql.moving import parts
from budgets.adapters.sql.tables import chassis
from budgets.settings import BudgetsSettings
from chassis.moving import Belongings
from chassis.sql import Database
from chassis.sql.migrations import migrate
from chassis.sql.moving import InboxMark, unsent


def belongings_of(settings: BudgetsSettings) -> Belongings:
    """Return what is in the store that the settings name; nothing is connected yet."""
    database = Database(settings.database)
    return Belongings(
        name="budgets",
        parts=parts(database),
        marking=InboxMark(database, chassis.inbox),
        under_way=lambda: unsent(database, chassis.outbox),
        migrate=lambda: migrate(database, "budgets", importing=True),
        close=database.close,
    )
