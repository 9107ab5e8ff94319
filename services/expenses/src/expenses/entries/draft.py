"""What a caller wants an expense to be."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import Enum

from expenses.entries.model import EXPENSE
from expenses.errors import InvalidExpenseError, NoRateError, problem
from expenses.rates.converter import Converter
from money import Money, MoneyError


class Unchanged(Enum):
    """Stands for a value that stays as it is, where None is a value."""

    UNCHANGED = "unchanged"


UNCHANGED = Unchanged.UNCHANGED


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpenseDraft:
    """A new expense."""

    amount: Money
    home_amount: Money | None = None
    """In the home currency, if the caller knows it better than the exchange rate."""
    spent_on: date
    kind: str = EXPENSE
    payee: str = ""
    description: str = ""
    category_id: str | None = None
    tags: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpensePatch:
    """What changes of an expense; None stays as it is."""

    amount: Money | None = None
    home_amount: Money | None = None
    spent_on: date | None = None
    kind: str | None = None
    payee: str | None = None
    description: str | None = None
    category_id: str | Unchanged | None = UNCHANGED
    tags: tuple[str, ...] | None = None
    note: str | None = None


def home_amount_of(converter: Converter, amount: Money, home_currency: str, day: date, *, given: Money | None = None) -> Money:
    """Return the amount in the home currency: as given, or at the rate of the day. Raises InvalidExpenseError."""
    if given is not None:
        _check_given(given, amount, home_currency)
        return given
    try:
        return converter.home_of(amount, home_currency, day)
    except NoRateError as error:
        raise InvalidExpenseError([problem("/home_amount", f"is needed, since {error}")]) from error
    except MoneyError as error:
        raise InvalidExpenseError([problem("/amount/amount", f"{error} in {home_currency}")]) from error


def _check_given(home: Money, amount: Money, home_currency: str) -> None:
    if home.currency != home_currency:
        raise InvalidExpenseError([problem("/home_amount/currency", f"must be your home currency, {home_currency}")])
    if amount.currency == home_currency and home != amount:
        raise InvalidExpenseError(
            [problem("/home_amount/amount", "must equal the amount, which is in your home currency; leave it out")]
        )
