"""What the title of a column of money says: spending, income, either, a balance, a fee, a rate, or money abroad."""

from __future__ import annotations

import re
from functools import lru_cache

from expenses.imports.readers.columns import Column
from expenses.imports.readers.titles import currencies_in
from expenses.imports.readers.vocabulary import (
    AMOUNT,
    BALANCE,
    CHARGE,
    CREDIT,
    CURRENCY,
    DEBIT,
    FEE,
    FOREIGN,
    OTHER_MONEY,
    RATE,
    longest_match,
    without_cards,
)

_BESIDE = (
    r"after|before|incl\w*|excl\w*|net of|without|with|less|minus|plus|nach|vor|ohne|mit|inkl\w*|exkl\w*|abzuglich|zuzuglich|apres|"
    "avant|hors|avec|sans|despues de|antes de|con|sin|dopo|prima|al netto|senza|na|voor|zonder|met|po|przed|bez|efter|fore|utan|"
    "med|depois de|sem|com"
)
_MENTION = re.compile(
    rf"\b(?:{_BESIDE}) (?:\w+ )?(\w+)|\b(\w+) (?:included|excluded|inbegriffen|comprises?|incluid[oa]s?|incluse)\b"
)


@lru_cache(1_000)
def without_fees(title: str) -> str:
    """Return a title without remarks on fees: "source amount after fees" is a source amount."""
    found = [
        match
        for match in _MENTION.finditer(title)
        if longest_match(match[1] or match[2], FEE) or longest_match(match[1] or match[2], CHARGE)
    ]
    for match in reversed(found):
        title = title[: match.start()] + title[match.end() :]
    return " ".join(title.split())


def is_fee(title: str) -> bool:
    return bool(longest_match(without_fees(title), FEE))


def may_be_fee(title: str) -> bool:
    """Say whether a title beside a column of amounts means a fee."""
    return is_fee(title) or bool(longest_match(without_fees(title), CHARGE))


def is_rate(title: str) -> bool:
    """Say whether a title means an exchange rate."""
    return bool(longest_match(title, RATE))


def is_foreign(title: str) -> bool:
    """Say whether a title means an amount in the currency that was paid abroad, or that currency."""
    return bool(longest_match(title, FOREIGN))


_OUT = frozenset({"out", "uit", "ut", "ud", "af", "minus"})
_IN = frozenset({"in", "into", "inn", "ind", "bij", "plus"})
"""Words that are directions at the beginning or end of a title, but not within it: "Amount in EUR"."""
_DEBIT = tuple(part for part in DEBIT if part.strip() not in _OUT)
_CREDIT = tuple(part for part in CREDIT if part.strip() not in _IN)
_RECEIVED_IN = tuple(part for part in _CREDIT if part.endswith(" in"))
"""Parts that are no direction if a currency follows: "Amount paid in EUR"."""
_OF_CURRENCY = tuple(part for part in _CREDIT if part not in _RECEIVED_IN)


def role_of(column: Column) -> str:
    """Return what the title says about a column of money: balance, debit, credit, other, amount, or "" for nothing."""
    title = without_cards(column.title)
    if longest_match(title, BALANCE):
        return "balance"
    if is_fee(title) or is_rate(title):
        return "other"
    title = without_fees(title)
    in_currency = _names_currency(title)
    small = _small_role(title, in_currency=in_currency)
    if small:
        return small
    spent, earned = longest_match(title, _DEBIT), longest_match(title, _OF_CURRENCY if in_currency else _CREDIT)
    other = longest_match(title, OTHER_MONEY)
    if (spent or earned) and other <= max(spent, earned):
        return "amount" if spent and earned else "debit" if spent else "credit"
    if other:
        return "other"
    return "amount" if longest_match(title, AMOUNT) else ""


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
    return bool(currencies_in(title) or longest_match(title, CURRENCY)) or "euro" in title.split()


def _small_role(title: str, *, in_currency: bool) -> str:
    """Return the role that a short word at the beginning or end of a title gives it."""
    words = title.split()
    ends = {words[0], words[-1]} if words else set()
    spent, earned = bool(ends & _OUT), bool(ends & _IN)
    if spent == earned or (earned and in_currency):
        return ""
    return "debit" if spent else "credit"


def _without(title: str, small: frozenset[str]) -> str | None:
    """Return a title without its only short word, None if it has none or several."""
    words = title.split()
    rest = [word for word in words if word not in small]
    return " ".join(rest) if len(rest) == len(words) - 1 else None
