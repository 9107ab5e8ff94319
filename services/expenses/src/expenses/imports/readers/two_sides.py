"""Files of transfers that have what was sent and what was received: only one of the two is the owner's."""

from __future__ import annotations

from collections.abc import Sequence

from expenses.imports.readers.other_money import without_fees
from expenses.imports.readers.profile import Column

_SIDES = (
    ("source", "target"),
    ("source", "destination"),
    ("from", "to"),
    ("sent", "received"),
    ("sending", "receiving"),
    ("gesendet", "empfangen"),
    ("gesendeter", "empfangener"),
    ("ausgangsbetrag", "zielbetrag"),
    ("source", "cible"),
    ("envoye", "recu"),
    ("origen", "destino"),
    ("enviado", "recibido"),
    ("origem", "destino"),
    ("enviado", "recebido"),
    ("inviato", "ricevuto"),
    ("verzonden", "ontvangen"),
    ("wyslana", "otrzymana"),
)


def other_side(amount: Column, columns: Sequence[Column], spent: Sequence[bool | None]) -> Column | None:
    """Return the column that has the owner's amounts of some rows, None if the chosen one has those of all.

    What was sent is the owner's amount of what was spent, and what was received the one of income; `spent` says which each row is.
    """
    words = without_fees(amount.title).split()
    for sent, received in _SIDES:
        for own, other, is_spent in ((sent, received, False), (received, sent, True)):
            if own in words:
                title = " ".join(other if word == own else word for word in words)
                found = next((column for column in columns if column.is_money and without_fees(column.title) == title), None)
                if found is not None and _differ(amount, found, spent, is_spent):
                    return found
    return None


def _differ(amount: Column, other: Column, spent: Sequence[bool | None], is_spent: bool) -> bool:
    rows = zip(amount.values, other.values, spent, strict=False)
    return any(said is is_spent and one is not None and value is not None and abs(one) != abs(value) for one, value, said in rows)
