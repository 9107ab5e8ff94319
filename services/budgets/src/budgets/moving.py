"""Puts together what moves when the budgets get another store."""

from __future__ import annotations

from budgets.adapters.sql.moving import parts
from budgets.adapters.sql.tables import chassis
from budgets.settings import BudgetsSettings
from chassis.storage.database import Database
from chassis.storage.migrations import migrate
from chassis.storage.transfer import ServiceData
from chassis.storage.transfer_rows import InboxMark, unsent


def belongings_of(settings: BudgetsSettings) -> ServiceData:
    """Return what is in the store that the settings name; nothing is connected yet."""
    database = Database(settings.database)
    return ServiceData(
        name="budgets",
        parts=parts(database),
        marking=InboxMark(database, chassis.inbox),
        under_way=lambda: unsent(database, chassis.outbox),
        migrate=lambda: migrate(database, "budgets", importing=True),
        close=database.close,
    )
