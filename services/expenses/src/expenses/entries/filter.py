"""Which expenses a list, a sum or an export is about."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from expenses.errors import InvalidFilterError, problem
from money import Money, MoneyError


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpenseFilter:
    """Which expenses are meant; what is None or empty does not matter."""

    first: date | None = None
    last: date | None = None
    categories: tuple[str, ...] = ()
    """In any of these: ids, and "none" for expenses without a category."""
    payee: str | None = None
    text: str | None = None
    tag: str | None = None
    currency: str | None = None
    """What was paid in it."""
    least: Money | None = None
    most: Money | None = None
    """In the home currency, both included."""
    kind: str | None = None
    import_id: str | None = None


@dataclass(frozen=True, slots=True)
class FilterRequest:
    """A filter whose amounts are still text: they are in the home currency of the book that is read."""

    filter: ExpenseFilter
    least: str | None = None
    most: str | None = None

    def in_currency(self, home_currency: str) -> ExpenseFilter:
        """Return the filter; raises InvalidFilterError."""
        if self.least is None and self.most is None:
            return self.filter
        return replace(self.filter, least=_amount("min", self.least, home_currency), most=_amount("max", self.most, home_currency))


def _amount(name: str, text: str | None, home_currency: str) -> Money | None:
    try:
        return None if text is None else Money.parse(text, home_currency)
    except MoneyError as error:
        raise InvalidFilterError([problem(f"/{name}", str(error))]) from error
