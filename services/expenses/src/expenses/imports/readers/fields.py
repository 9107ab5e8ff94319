"""Decides what each column is: dates first, then money, currencies and directions, then texts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from expenses.entries.model import EXPENSE
from expenses.imports.readers.columns import Column
from expenses.imports.readers.dates import day_reader
from expenses.imports.readers.mapping import IGNORE, SPENDING_NEGATIVE, SPENDING_POSITIVE, Mapping
from expenses.imports.readers.money_columns import MoneyColumns, money_columns
from expenses.imports.readers.related_columns import currency_columns, other_side
from expenses.imports.readers.spending_sign import SpendingSign, find_spending_sign
from expenses.imports.readers.text_columns import date_columns, pays_and_is_paid, text_columns


class FieldColumns(NamedTuple):
    """The column of each field, other columns that would fit, and what tells spending from income."""

    columns: dict[str, int]
    candidates: dict[str, list[int]]
    sign: SpendingSign | None
    """None if spending and income have a column each."""
    pair_certain: bool
    other_currency: int | None = None
    """A column of currencies that is not used, although it could belong to the amounts."""
    other_side: int | None = None
    """A column that has the owner's amount in rows where the chosen column has what the other party sent or received."""


def find_fields(columns: Sequence[Column], given: Mapping, locale: str, *, titled: bool) -> FieldColumns:
    """Return the column of each field; columns in the given mapping stay."""
    found, candidates = dict(given.columns), dict[str, list[int]]()
    _add(found, candidates, {"date": date_columns(_free(columns, found))})
    money = money_columns(columns, _days(columns, found, given), found)
    _add(found, candidates, {name: [index] for name, index in money.columns.items()})
    candidates |= money.candidates
    first_money = _at(columns, found.get("amount")) or _at(columns, found.get("debit"))
    currencies = currency_columns(columns, _free(columns, found), first_money)
    _add(found, candidates, {"currency": currencies.likely})
    sign = _sign(columns, found, money, given, locale)
    if sign is not None and sign.kind is not None:
        found.setdefault("kind", sign.kind)
    texts = text_columns(_free(columns, found), titled=titled)
    _add(found, candidates, texts)
    if {"payee", "payer"} <= found.keys() and given.columns.keys().isdisjoint({"payee", "payer"}):
        payee, payer = columns[found["payee"]], columns[found["payer"]]
        if pays_and_is_paid(payee, payer, _spent(columns, found, sign)):
            found |= {"payee": payer.index, "payer": payee.index}
    doubtful = currencies.doubtful if "currency" not in found else None
    amount = _at(columns, found.get("amount")) if "amount" not in given.columns else None
    other = other_side(amount, columns, _spent(columns, found, sign)) if amount is not None else None
    return FieldColumns(_in_order(found), candidates, sign, money.certain, doubtful, other.index if other else None)


def _sign(
    columns: Sequence[Column], found: dict[str, int], money: MoneyColumns, given: Mapping, locale: str
) -> SpendingSign | None:
    amount = _at(columns, found.get("amount"))
    if amount is None:
        return None if "debit" in found or "credit" in found else SpendingSign(SPENDING_POSITIVE, certain=True)
    free = [column for column in _free(columns, found) if not column.is_date]
    chosen = _at(columns, given.columns.get("kind"))
    return find_spending_sign(columns, amount, [chosen] if chosen else free, money.proof, locale, chosen=chosen is not None)


def _spent(columns: Sequence[Column], found: dict[str, int], sign: SpendingSign | None) -> list[bool | None]:
    """Return for each row whether it is spending, None if that is not known."""
    debit, amount = _at(columns, found.get("debit")), _at(columns, found.get("amount"))
    if debit is not None:
        return list(debit.nonzero)
    if amount is None or sign is None:
        return []
    if sign.kind is not None:
        kinds = sign.kinds or {}
        spent = {word: kind == EXPENSE for word, kind in kinds.items() if kind != IGNORE}
        return [spent.get(word) for word in columns[sign.kind].cells]
    return [None if one is None else one.negative == (sign.sign == SPENDING_NEGATIVE) for one in amount.amounts]


def _at(columns: Sequence[Column], index: int | None) -> Column | None:
    return columns[index] if index is not None and index < len(columns) else None


def _free(columns: Sequence[Column], found: dict[str, int]) -> list[Column]:
    taken = set(found.values())
    return [column for column in columns if column.index not in taken]


def _days(columns: Sequence[Column], found: dict[str, int], given: Mapping) -> list[str | None]:
    column = _at(columns, found.get("date"))
    if column is None:
        return []
    date_format = given.date_format or next(iter(column.formats), None)
    read = day_reader(date_format, column.months) if date_format else None
    return [read(cell) if read else None for cell in column.cells]


def _add(found: dict[str, int], candidates: dict[str, list[int]], more: dict[str, list[int]]) -> None:
    """Give each field the first of its columns that is still free, and keep the others as candidates."""
    for name, indexes in more.items():
        free = [index for index in indexes if index not in found.values()]
        if name not in found and free:
            found[name] = free[0]
        if len(indexes) > 1 and name in found:
            candidates[name] = list(dict.fromkeys([found[name], *indexes]))


_ORDER = (
    "date",
    "amount",
    "debit",
    "credit",
    "currency",
    "kind",
    "payee",
    "payer",
    "description",
    "category",
    "note",
    "tags",
    "balance",
)


def _in_order(found: dict[str, int]) -> dict[str, int]:
    return {name: found[name] for name in _ORDER if name in found}
