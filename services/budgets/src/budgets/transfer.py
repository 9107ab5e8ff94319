"""What `outlay export` and `outlay import` carry of budgets."""

from __future__ import annotations

from budgets import tables as t
from budgets.settings import BudgetsSettings
from chassis.storage.database import Database
from chassis.storage.migrations import migrate
from chassis.storage.transfer import ServiceData, TransferPart
from chassis.storage.transfer_rows import InboxMark, TablePart, added, amount, shared_parts, unsent

_SPENT = {
    "home_minor": amount("home_minor", "currency", "home_amount"),
    "amount_minor": amount("amount_minor", "amount_currency", "amount"),
}


def data_of(settings: BudgetsSettings) -> ServiceData:
    """Return what is in the store that the settings name; nothing is connected yet."""
    database = Database(settings.database)
    return ServiceData(
        name="budgets",
        parts=_parts(database),
        import_mark=InboxMark(database, t.shared.inbox),
        pending=lambda: unsent(database, t.shared.outbox),
        migrate=lambda: migrate(database, "budgets", importing=True),
        close=database.close,
    )


def _parts(database: Database) -> tuple[TransferPart, ...]:
    """Return everything: the open crossings too, or an exceeded budget would be announced again."""
    return (
        # Whether all categories are known is not carried, since expenses publishes them all after an import.
        TablePart(database, t.ledger, given={"categories_known": 0}),
        TablePart(database, t.person),
        TablePart(database, t.ledger_entry, values=_SPENT),
        TablePart(database, t.spend_day, values={"home_minor": _SPENT["home_minor"]}),
        TablePart(
            database,
            t.budget,
            values={"amount_minor": amount("amount_minor", "currency", "amount"), "author": added("author")},
            given={"has_gone": 0, "awaiting": 0},
        ),
        TablePart(
            database,
            t.crossing,
            values={**_SPENT, "spent_then": amount("spent_then", "currency", "spent_then")},
            given={"import_id": None, "told_in": None},
        ),
        TablePart(database, t.category),
        TablePart(database, t.conversion),
        TablePart(database, t.import_progress, given={"undone": 0}),
        *shared_parts(database, t.shared),
    )
