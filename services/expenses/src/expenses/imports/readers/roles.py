"""What the title of a column of money says that it holds: spending, income, either, a balance, or something else."""

from __future__ import annotations

from expenses.imports.readers.cards import without_cards
from expenses.imports.readers.other_money import is_fee, is_rate, without_fees
from expenses.imports.readers.profile import Column
from expenses.imports.readers.titles import currencies_in
from expenses.imports.readers.vocabulary import AMOUNT, BALANCE, CREDIT, CURRENCY, DEBIT, OTHER_MONEY, fits

_OUT = frozenset({"out", "uit", "ut", "ud", "af", "minus"})
_IN = frozenset({"in", "into", "inn", "ind", "bij", "plus"})
"""Directions where a title begins or ends with them, and words such as "of", "at" and "in" within it: "Amount in EUR"."""
_DEBIT = tuple(part for part in DEBIT if part.strip() not in _OUT)
_CREDIT = tuple(part for part in CREDIT if part.strip() not in _IN)
_RECEIVED_IN = tuple(part for part in _CREDIT if part.endswith(" in"))
"""Directions that are none with a currency behind them: "Amount paid in EUR"."""
_OF_CURRENCY = tuple(part for part in _CREDIT if part not in _RECEIVED_IN)


def role_of(column: Column) -> str:
    """Return what a title says a column of money is: balance, debit, credit, other, amount, or "" for nothing."""
    title = without_cards(column.title)
    if fits(title, BALANCE):
        return "balance"
    if is_fee(title) or is_rate(title):
        return "other"
    title = without_fees(title)
    in_currency = _names_currency(title)
    small = _small_role(title, in_currency=in_currency)
    if small:
        return small
    spent, earned = fits(title, _DEBIT), fits(title, _OF_CURRENCY if in_currency else _CREDIT)
    other = fits(title, OTHER_MONEY)
    if (spent or earned) and other <= max(spent, earned):
        return "amount" if spent and earned else "debit" if spent else "credit"
    if other:
        return "other"
    return "amount" if fits(title, AMOUNT) else ""


def are_sides(debit: Column, credit: Column) -> bool:
    """Say whether the titles of two columns make them spending and income."""
    if other_currencies(debit, credit):
        return False
    if role_of(debit) == "debit":
        return role_of(credit) == "credit" or any(credit.title.startswith(part) for part in _RECEIVED_IN)
    return _without(debit.title, _OUT) is not None and _without(debit.title, _OUT) == _without(credit.title, _IN)


def other_currencies(one: Column, other: Column) -> bool:
    """Say whether the titles of two columns name different currencies."""
    named = currencies_in(one.title), currencies_in(other.title)
    return all(named) and named[0] != named[1]


def _names_currency(title: str) -> bool:
    return bool(currencies_in(title) or fits(title, CURRENCY)) or "euro" in title.split()


def _small_role(title: str, *, in_currency: bool) -> str:
    """Return the role that a small word at the beginning or end of a title gives it."""
    words = title.split()
    ends = {words[0], words[-1]} if words else set()
    spent, earned = bool(ends & _OUT), bool(ends & _IN)
    if spent == earned or (earned and in_currency):
        return ""
    return "debit" if spent else "credit"


def _without(title: str, small: frozenset[str]) -> str | None:
    """Return a title without its only small word, None if it has none or several."""
    words = title.split()
    rest = [word for word in words if word not in small]
    return " ".join(rest) if len(rest) == len(words) - 1 else None
