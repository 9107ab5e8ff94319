"""Puts together what moves when the notifier gets another store."""

from __future__ import annotations

from chassis.storage.database import Database
from chassis.storage.migrations import migrate
from chassis.storage.transfer import ServiceData
from chassis.storage.transfer_rows import InboxMark
from notifier.adapters.sql.moving import parts, under_way
from notifier.adapters.sql.tables import shared
from notifier.settings import NotifierSettings


def belongings_of(settings: NotifierSettings) -> ServiceData:
    """Return what is in the store that the settings name; nothing is connected yet."""
    database = Database(settings.database)
    return ServiceData(
        name="notifier",
        parts=parts(database),
        marking=InboxMark(database, shared.inbox),
        under_way=lambda: under_way(database),
        migrate=lambda: migrate(database, "notifier", importing=True),
        close=database.close,
    )
