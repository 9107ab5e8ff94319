"""Columns that belong to the amounts: their currency, fees beside them, and the other side of a transfer."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

from expenses.imports.readers.columns import Column
from expenses.imports.readers.currency_signs import currency_of
from expenses.imports.readers.money_titles import is_fee, is_foreign, may_be_fee, without_fees
from expenses.imports.readers.titles import currency_in
from expenses.imports.readers.vocabulary import CURRENCY, OTHER_MONEY, longest_match
from money import is_currency

_COMMON = {"amount", "currency", "in", "of"}


class CurrencyColumns(NamedTuple):
    """The columns that can hold the currency of the amounts, the likeliest first."""

    likely: list[int]
    doubtful: int | None = None
    """A column that is taken for the currency of other amounts, although it could belong to these."""


def currency_columns(columns: Sequence[Column], free: Sequence[Column], amount: Column | None) -> CurrencyColumns:
    """Return the columns of currencies among the free ones, the likeliest first: by title, then by how near the amount is."""
    found = [column for column in free if _has_currencies(column)]
    if amount is None:
        return CurrencyColumns(_ranked(found, amount))
    own = [column for column in found if not _is_of_others(column, columns, amount)]
    if own:
        return CurrencyColumns(_ranked(own, amount))
    others = [column for column in found if not is_fee(column.title)]
    doubtful = [column.index for column in others if not _surely_of_others(column, columns, amount)]
    return CurrencyColumns([], doubtful[0] if doubtful else None)


def _has_currencies(column: Column) -> bool:
    titled = bool(longest_match(column.title, CURRENCY)) and not column.is_date
    known = sum(is_currency(cell) for cell in column.different)
    return column.is_code or (column.may_be_code and (titled or 2 * known >= len(column.different) + 1))


def _ranked(found: Sequence[Column], amount: Column | None) -> list[int]:
    def score(column: Column) -> tuple[float, int]:
        titled = (
            2.0 * bool(longest_match(column.title, CURRENCY))
            - 2.0 * bool(longest_match(column.title, OTHER_MONEY))
            + 1.0 * column.share
        )
        if amount is not None:
            titled += {-1: 1.5, 1: 1.0}.get(column.index - amount.index, 0.0)
            titled += 1.0 * len(set(column.title.split()) & set(amount.title.split()) - _COMMON)
        return -titled, column.index

    return [column.index for column in sorted(found, key=score)]


def _is_of_others(column: Column, columns: Sequence[Column], amount: Column) -> bool:
    """Say whether a column has the currency of a fee or of an amount abroad, or contradicts the title of the amount."""
    if is_fee(column.title) or (is_foreign(column.title) and not is_foreign(amount.title)):
        return True
    named = currency_in(amount.heading)
    if named is not None and any(currency_of(cell, named) != named for cell in column.different):
        return True
    return any(_goes_with(column, other, amount) for other in _abroad(columns, amount))


def _surely_of_others(column: Column, columns: Sequence[Column], amount: Column) -> bool:
    titled = is_foreign(column.title) or currency_in(amount.heading) is not None
    return titled and bool(_abroad(columns, amount))


def _abroad(columns: Sequence[Column], amount: Column) -> list[Column]:
    """Return the columns of amounts in the currency that was paid abroad."""
    if is_foreign(amount.title):
        return []
    return [column for column in columns if column is not amount and column.is_money and is_foreign(column.title)]


def _goes_with(column: Column, abroad: Column, amount: Column) -> bool:
    """Say whether a currency belongs to an amount abroad: it is there where the two amounts differ, and not in every row alike."""
    rows = list(zip(column.cells, abroad.values, amount.values, strict=True))
    differing = [cell for cell, one, other in rows if cell and one is not None and other is not None and abs(one) != abs(other)]
    everywhere = column.share == 1.0 and len(column.different) == 1
    return bool(differing) and not everywhere


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
    """Return the column that has the owner's amount in some rows, None if the chosen column has it in all rows.

    The owner's amount is what was sent if a row is spending, and what was received if it is income; `spent` says which each row is.
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


def separate_fees(columns: Sequence[Column], chosen: Mapping[str, int]) -> list[Column]:
    """Return the columns of fees that have no field and that the amounts do not seem to contain."""
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
    """Say whether a row has a fee, and neither a gross amount nor a balance shows that its amount contains it."""
    charged = abs(fee.values[row] or Decimal(0))
    amounts = [value for column in spent if (value := column.values[row])]
    if not charged or not amounts:
        return False
    for amount in amounts:
        # The fee makes a received amount smaller than the gross amount, and a paid one, which is below zero, too.
        if any(value - amount == charged for column in gross if (value := column.values[row])):
            return False
        if any(abs(amount) in _steps(column, row) for column in balances):
            return False
    return True


def _steps(balance: Column, row: int) -> list[Decimal]:
    """Return by how much a balance changes before and after a row."""
    here, values = balance.values[row], balance.values
    beside = [values[at] for at in (row - 1, row + 1) if 0 <= at < len(values)]
    return [abs(here - other) for other in beside if here is not None and other is not None]
