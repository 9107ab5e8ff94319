"""Reads which expenses a caller means."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from expenses.entries.model import one_line
from expenses.errors import InvalidFilterError, problem
from expenses.ports import Filter
from money import Money, MoneyError

if TYPE_CHECKING:
    from collections.abc import Mapping


def read_filter(arguments: Mapping[str, Any], home_currency: str) -> Filter:
    """Read the parameters of a list or a summary; raises InvalidFilterError."""
    category = arguments.get("category")
    return Filter(
        first=arguments.get("first"),
        last=arguments.get("last"),
        categories=() if category is None else tuple(category.split(",")),
        payee=_name(arguments, "payee"),
        text=arguments.get("text"),
        tag=_name(arguments, "tag"),
        currency=arguments.get("currency"),
        least=_bound(arguments, "min", home_currency),
        most=_bound(arguments, "max", home_currency),
        kind=arguments.get("kind"),
        import_id=arguments.get("import_id"),
    )


def _name(arguments: Mapping[str, Any], name: str) -> str | None:
    text = arguments.get(name)
    return None if text is None else one_line(text)


def _bound(arguments: Mapping[str, Any], name: str, home_currency: str) -> int | None:
    text = arguments.get(name)
    try:
        return None if text is None else Money.parse(text, home_currency).minor
    except MoneyError as error:
        raise InvalidFilterError([problem(f"/{name}", str(error))]) from error
