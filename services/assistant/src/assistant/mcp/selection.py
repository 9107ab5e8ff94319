"""Turns the arguments of a call into a selection of entries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from assistant.mcp.arguments import EntryFilter, EntryFilterByKind
from assistant.mcp.names import categories_named, payee_named
from assistant.mcp.results import Used, names
from assistant.tools.model import Category, Kind, Selection, ToolError
from assistant.tools.toolbox import Toolbox


@dataclass(frozen=True, slots=True)
class Selected:
    """A selection, and how its names were understood."""

    selection: Selection
    used: Used


def selected(given: EntryFilter, tools: Toolbox) -> Selected:
    """Return the selection for some arguments; raises ToolError."""
    check_days(given.first, given.last, "from", "to")
    known = tools.categories() if given.categories or given.without_categories else ()
    within, without = _categories(given.categories, known), _categories(given.without_categories, known)
    all_payees = tools.payees() if given.payees or given.without_payees else ()
    payees = tuple(payee_named(name, all_payees) for name in given.payees)
    without_payees = tuple(payee_named(name, all_payees) for name in given.without_payees)
    selection = Selection(
        kind=Kind(given.kind) if isinstance(given, EntryFilterByKind) else Kind.EXPENSE,
        first=given.first,
        last=given.last,
        categories=within,
        uncategorised=given.uncategorised,
        payees=payees,
        texts=given.texts,
        tag=given.tag,
        at_least=_decimal(given.at_least),
        at_most=_decimal(given.at_most),
        without_categories=without,
        without_payees=without_payees,
        without_texts=given.without_texts,
    )
    used = Used(categories=names(within), payees=payees, without_categories=names(without), without_payees=without_payees)
    return Selected(selection, used)


def check_days(first: date | None, last: date | None, first_name: str, last_name: str) -> None:
    """Raise ToolError if a period ends before it begins."""
    if first is not None and last is not None and last < first:
        raise ToolError(f"{last_name} ({last}) is before {first_name} ({first}); swap them.", code="invalid_arguments")


def _categories(given: Sequence[str], known: Sequence[Category]) -> tuple[Category, ...]:
    return tuple(dict.fromkeys(each for name in given for each in categories_named(name, known)))


def _decimal(amount: str | None) -> Decimal | None:
    return Decimal(amount) if amount is not None else None
