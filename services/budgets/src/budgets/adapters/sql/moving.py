"""What moves with the budgets."""

from __future__ import annotations

from budgets.adapters.sql import tables as t
from chassis.storage.database import Database
from chassis.storage.transfer import TransferPart
from chassis.storage.transfer_rows import TablePart, amount, shared_parts

_SPENT = {
    "home_minor": amount("home_minor", "currency", "home_amount"),
    "amount_minor": amount("amount_minor", "amount_currency", "amount"),
}


def parts(database: Database) -> tuple[TransferPart, ...]:
    """Return everything: the open crossings too, or a budget that is exceeded would be told of again."""
    return (
        # Whether all categories are known is told anew, since expenses announces them all after a move.
        TablePart(database, t.ledger, given={"categories_known": 0}),
        TablePart(database, t.person),
        TablePart(database, t.ledger_entry, values=_SPENT),
        TablePart(database, t.spend_day, values={"home_minor": _SPENT["home_minor"]}),
        TablePart(
            database,
            t.budget,
            values={"amount_minor": amount("amount_minor", "currency", "amount")},
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
        *shared_parts(database, t.chassis),
    )
