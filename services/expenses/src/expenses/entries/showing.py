"""Expenses as they are shown: with their receipts, which are read for a whole page at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from expenses.entries.model import Expense
    from expenses.ports import Owner, Work


def shown(work: Work, owner: Owner, expenses: Sequence[Expense]) -> list[dict[str, Any]]:
    """Return expenses as they are on the wire."""
    of: dict[str, list[dict[str, Any]]] = {}
    for receipt in work.receipts.of(owner, [expense.id for expense in expenses]):
        of.setdefault(receipt.expense_id, []).append(receipt.to_wire())
    return [expense.to_wire(of.get(expense.id, ())) for expense in expenses]
