"""Chooses the column of the currency: the one of the amounts, and not the one of fees or of amounts as they were paid abroad."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from expenses.imports.readers.other_money import is_fee, is_foreign
from expenses.imports.readers.profile import Column
from expenses.imports.readers.signs import currency_of
from expenses.imports.readers.titles import currency_in
from expenses.imports.readers.vocabulary import CURRENCY, OTHER_MONEY, fits
from money import is_currency

_COMMON = {"amount", "currency", "in", "of"}


class Currencies(NamedTuple):
    """The columns that can have the currency of the amounts, the likeliest first."""

    likely: list[int]
    doubtful: int | None = None
    """A column that was taken for the currency of other amounts, although it could be the one of these."""


def currency_columns(columns: Sequence[Column], free: Sequence[Column], amount: Column | None) -> Currencies:
    """Return the columns of currencies among the free ones: by title, then the one beside the amount."""
    found = [column for column in free if _has_currencies(column)]
    if amount is None:
        return Currencies(_ranked(found, amount))
    own = [column for column in found if not _is_of_others(column, columns, amount)]
    if own:
        return Currencies(_ranked(own, amount))
    others = [column for column in found if not is_fee(column.title)]
    doubtful = [column.index for column in others if not _surely_of_others(column, columns, amount)]
    return Currencies([], doubtful[0] if doubtful else None)


def _has_currencies(column: Column) -> bool:
    titled = bool(fits(column.title, CURRENCY)) and not column.is_date
    known = sum(is_currency(cell) for cell in column.different)
    return column.is_code or (column.may_be_code and (titled or 2 * known >= len(column.different) + 1))


def _ranked(found: Sequence[Column], amount: Column | None) -> list[int]:
    def mark(column: Column) -> tuple[float, int]:
        titled = 2.0 * bool(fits(column.title, CURRENCY)) - 2.0 * bool(fits(column.title, OTHER_MONEY)) + 1.0 * column.share
        if amount is not None:
            titled += {-1: 1.5, 1: 1.0}.get(column.index - amount.index, 0.0)
            titled += 1.0 * len(set(column.title.split()) & set(amount.title.split()) - _COMMON)
        return -titled, column.index

    return [column.index for column in sorted(found, key=mark)]


def _is_of_others(column: Column, columns: Sequence[Column], amount: Column) -> bool:
    """Say whether a column names the currency of a fee, of an amount abroad, or another one than the amount's own title."""
    if is_fee(column.title) or (is_foreign(column.title) and not is_foreign(amount.title)):
        return True
    named = currency_in(amount.heading)
    if named is not None and any(currency_of(cell, named) != named for cell in column.different):
        return True
    return any(_tells(column, other, amount) for other in _abroad(columns, amount))


def _surely_of_others(column: Column, columns: Sequence[Column], amount: Column) -> bool:
    titled = is_foreign(column.title) or currency_in(amount.heading) is not None
    return titled and bool(_abroad(columns, amount))


def _abroad(columns: Sequence[Column], amount: Column) -> list[Column]:
    """Return the columns of amounts as they were paid abroad."""
    if is_foreign(amount.title):
        return []
    return [column for column in columns if column is not amount and column.is_money and is_foreign(column.title)]


def _tells(column: Column, abroad: Column, amount: Column) -> bool:
    """Say whether a currency goes with an amount abroad: it changes with it, or is there only where that one is."""
    rows = list(zip(column.cells, abroad.values, amount.values, strict=True))
    differing = [cell for cell, one, other in rows if cell and one is not None and other is not None and abs(one) != abs(other)]
    everywhere = column.share == 1.0 and len(column.different) == 1
    return bool(differing) and not everywhere
