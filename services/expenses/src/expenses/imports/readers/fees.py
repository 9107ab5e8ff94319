"""Finds fees in a column of their own, which are spent as well and are not in the amounts."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal

from expenses.imports.readers.other_money import may_be_fee
from expenses.imports.readers.profile import Column


def fees_beside(columns: Sequence[Column], chosen: Mapping[str, int]) -> list[Column]:
    """Return the columns of fees that are not chosen and that the amounts do not seem to contain."""
    spent = [columns[chosen[name]] for name in ("amount", "debit", "credit") if 0 <= chosen.get(name, -1) < len(columns)]
    others = [column for column in columns if column.is_money and column.index not in chosen.values()]
    balances = [columns[chosen["balance"]]] if 0 <= chosen.get("balance", -1) < len(columns) else []
    found = []
    for fee in others:
        if may_be_fee(fee.title):
            gross = [column for column in others if column is not fee]
            if any(_is_apart(fee, row, spent, gross, [*balances, *gross]) for row in range(len(fee.cells))):
                found.append(fee)
    return found


def _is_apart(fee: Column, row: int, spent: Sequence[Column], gross: Collection[Column], balances: Collection[Column]) -> bool:
    """Say whether a row has a fee of which neither a gross amount nor a balance says that its amount is all that was taken."""
    charged = abs(fee.values[row] or Decimal(0))
    amounts = [value for column in spent if (value := column.values[row])]
    if not charged or not amounts:
        return False
    for amount in amounts:
        # What is received is less by the fee than the gross amount, and what is paid, below zero, is too.
        if any(value - amount == charged for column in gross if (value := column.values[row])):
            return False
        if any(abs(amount) in _steps(column, row) for column in balances):
            return False
    return True


def _steps(balance: Column, row: int) -> list[Decimal]:
    """Return by how much a balance changes before and behind a row."""
    here, values = balance.values[row], balance.values
    beside = [values[at] for at in (row - 1, row + 1) if 0 <= at < len(values)]
    return [abs(here - other) for other in beside if here is not None and other is not None]
