"""Puts together what moves when the expenses get other stores."""

from __future__ import annotations

from chassis.storage.database import Database
from chassis.storage.migrations import migrate
from chassis.storage.transfer import ServiceData
from chassis.storage.transfer_rows import InboxMark, unsent
from expenses.adapters.sql.moving import parts, unfinished_jobs
from expenses.adapters.sql.tables import chassis
from expenses.receipts.opening import files_from
from expenses.receipts.transfer import MovedFiles
from expenses.settings import ExpensesSettings


def belongings_of(settings: ExpensesSettings) -> ServiceData:
    """Return what is in the stores that the settings name; nothing is connected yet."""
    database = Database(settings.database)
    return ServiceData(
        name="expenses",
        parts=parts(database),
        files=MovedFiles(database, files_from(settings)),
        marking=InboxMark(database, chassis.inbox),
        under_way=lambda: [*unsent(database, chassis.outbox), *unfinished_jobs(database)],
        migrate=lambda: migrate(database, "expenses", importing=True),
        close=database.close,
    )
