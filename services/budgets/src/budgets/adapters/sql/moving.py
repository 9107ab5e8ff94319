"""What moves with the budgets."""

from __future__ import annotations

from budgets.adapters.sql import tables as t
from chassis.moving import Part
from chassis.sql import Database
from chassis.sql.moving import TablePart, amount, shared_parts

_SPENT = {
    "home_minor": amount("home_minor", "currency", "home_amount"),
    "amount_minor": amount("amount_minor", "amount_currency", "amount"),
}


def parts(database: Database) -> tuple[Part, ...]:
    """Return everything: the open crossings too, or a budget that is exceeded would be told of again."""
    return (
        TablePart(database, t.ledger),
        TablePart(database, t.person),
        TablePart(database, t.ledger_entry, values=_SPENT),
        TablePart(database, t.spend_day, values={"home_minor": _SPENT["home_minor"]}),
        TablePart(database, t.budget, values={"amount_minor": amount("amount_minor", "currency", "amount")}),
        TablePart(database, t.crossing, values={**_SPENT, "spent_then": amount("spent_then", "currency", "spent_then")}),
        *shared_parts(database, t.chassis),
    )
