"""Reads what a caller wants an expense to be."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from expenses.entries.model import one_line, tags_text
from expenses.errors import InvalidExpenseError, NoRateError, problem
from money import Money, MoneyError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from expenses.home_currency.converter import Converter
    from expenses.ports import Owner, Work

_TEXTS: dict[str, Callable[[str], str]] = {"payee": one_line, "description": str.strip, "note": str.strip}


def plain_fields(body: Mapping[str, Any]) -> dict[str, Any]:
    """Return the columns of those fields that depend on nothing else, as far as they are given."""
    fields: dict[str, Any] = {name: body[name] for name in ("kind", "spent_on", "category_id") if name in body}
    fields |= {name: clean(body[name]) for name, clean in _TEXTS.items() if name in body}
    if "tags" in body:
        fields["tags"] = tags_text(body["tags"])
    return fields


def check_category(work: Work, owner: Owner, category_id: str | None) -> None:
    """Raise InvalidExpenseError unless it is none or one of the owner's."""
    if category_id is not None and work.categories.get(owner, category_id) is None:
        raise InvalidExpenseError([problem("/category_id", "is none of your categories")])


def money_at(body: Mapping[str, Any], name: str) -> Money:
    """Read an amount above zero; raises InvalidExpenseError."""
    given = body[name]
    try:
        money = Money.from_wire(given)
    except MoneyError as error:
        place = "currency" if "ISO 4217" in str(error) else "amount"
        raise InvalidExpenseError([problem(f"/{name}/{place}", str(error))]) from error
    if money.minor <= 0:
        raise InvalidExpenseError([problem(f"/{name}/amount", "must be more than zero; money that came in has the kind income")])
    return money


def given_home(body: Mapping[str, Any], amount: Money, home_currency: str) -> Money | None:
    """Return the amount in the home currency if it was typed; raises InvalidExpenseError."""
    if "home_amount" not in body:
        return None
    home = money_at(body, "home_amount")
    if home.currency != home_currency:
        raise InvalidExpenseError([problem("/home_amount/currency", f"must be your home currency, {home_currency}")])
    if amount.currency == home_currency and home != amount:
        raise InvalidExpenseError(
            [problem("/home_amount/amount", "must equal the amount, which is in your home currency; leave it out")]
        )
    return home


def converted_home(converter: Converter, amount: Money, home_currency: str, day: str) -> Money:
    """Return the amount at the rate of the day; raises InvalidExpenseError."""
    try:
        return converter.home_of(amount, home_currency, day)
    except NoRateError as error:
        raise InvalidExpenseError([problem("/home_amount", f"is needed, since {error}")]) from error
    except MoneyError as error:
        raise InvalidExpenseError([problem("/amount/amount", f"{error} in {home_currency}")]) from error
