"""A person's tools over a few entries in memory, for tests of what stands in front of the tools."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from assistant.person import Person
from assistant.tools.model import (
    BudgetState,
    By,
    Category,
    Change,
    Entries,
    Entry,
    Kind,
    Order,
    Selection,
    Sum,
    Tipping,
    ToolError,
    Total,
)
from assistant.tools.toolbox import Toolbox
from money import Money

TODAY = date(2026, 11, 30)
USER, SESSION = "0190f1d2-6f0e-7c3a-9d55-0a4d2c9b7e11", "0190f1d2-aaaa-7c3a-9d55-0a4d2c9b7e11"
GROCERIES = Category("0190f1d2-0000-7c3a-9d55-00000000000a", "Groceries")
RENT = Category("0190f1d2-0000-7c3a-9d55-00000000000b", "Rent")
ANN = Person(USER, SESSION, "en-GB", "EUR", "Europe/Berlin", TODAY, may_write=True)
_ORDERS = {
    Order.NEWEST: (lambda entry: entry.spent_on, True),
    Order.OLDEST: (lambda entry: entry.spent_on, False),
    Order.LARGEST: (lambda entry: entry.home_amount.minor, True),
    Order.SMALLEST: (lambda entry: entry.home_amount.minor, False),
}


def euros(text: str) -> Money:
    """Return an amount."""
    return Money.parse(text, "EUR")


def id_of(number: int) -> str:
    """Return the id of an entry."""
    return f"0190f1d2-0000-7c3a-9d55-{number:012}"


def entry(number: int, day: str, payee: str, amount: str, category: Category | None, description: str = "") -> Entry:
    """Return an expense."""
    return Entry(
        id_of(number),
        1,
        Kind.EXPENSE,
        date.fromisoformat(day),
        payee,
        description,
        "",
        category,
        (),
        euros(amount),
        euros(amount),
        f"/expenses/{number}",
    )


ENTRIES = (
    entry(1, "2026-10-03", "Rewe", "40.00", GROCERIES),
    entry(2, "2026-10-17", "Edeka", "25.50", GROCERIES),
    entry(3, "2026-10-01", "Landlord", "900.00", RENT),
    entry(4, "2026-11-05", "Rewe", "31.20", GROCERIES, "weekly shopping"),
    entry(5, "2026-11-29", "Corner Cafe", "4.80", None, "coffee"),
)
BUDGET = BudgetState(
    "0190f1d2-0000-7c3a-9d55-0000000000b1",
    3,
    "Groceries",
    "monthly",
    (GROCERIES,),
    date(2026, 11, 1),
    date(2026, 11, 30),
    euros("30.00"),
    euros("31.20"),
    euros("-1.20"),
    104,
    "exceeded",
    "/budgets/b-1",
)


@dataclass
class ToolsInMemory(Toolbox):
    """Some entries and budgets."""

    held: tuple[Entry, ...] = ENTRIES
    states: tuple[BudgetState, ...] = (BUDGET,)
    done: list[tuple[str, str, Mapping[str, Any]]] = field(default_factory=list)
    broken: str = ""
    """What every question is refused with."""

    def categories(self) -> Sequence[Category]:
        return (GROCERIES, RENT)

    def payees(self) -> Sequence[str]:
        return tuple(dict.fromkeys(each.payee for each in self.held))

    def total(self, selection: Selection) -> Total:
        found = self._selected(selection)
        return Total(Money(sum(each.home_amount.minor for each in found), "EUR"), len(found), link_of(selection))

    def sums(self, selection: Selection, by: By) -> Sequence[Sum]:
        groups: dict[str, list[Entry]] = defaultdict(list)
        for each in self._selected(selection):
            named = {
                By.CATEGORY: each.category.name if each.category else "",
                By.PAYEE: each.payee,
                By.MONTH: each.spent_on.isoformat()[:7],
            }
            groups[named.get(by, each.spent_on.isoformat())].append(each)
        sums = [
            Sum(key, key, Money(sum(one.home_amount.minor for one in group), "EUR"), len(group), "/expenses")
            for key, group in groups.items()
        ]
        return sorted(sums, key=lambda each: -each.amount.minor)

    def entries(self, selection: Selection, order: Order, limit: int) -> Entries:
        key, reverse = _ORDERS[order]
        found = sorted(self._selected(selection), key=key, reverse=reverse)
        return Entries(tuple(found[:limit]), len(found), link_of(selection))

    def entry(self, expense_id: str) -> Entry:
        return next(each for each in self.held if each.id == expense_id)

    def budgets(self, on: date | None = None) -> Sequence[BudgetState]:
        self._refuse()
        return self.states

    def tipping(self, budget_id: str, on: date) -> Tipping | None:
        first = self.entry(id_of(4))
        return Tipping(first.id, first.spent_on, first.payee, first.description, first.amount, euros("31.20"), first.link)

    def suggested_category(self, payee: str) -> Category | None:
        return next((each.category for each in self.held if each.payee == payee), None)

    def carry_out(self, proposal_id: str, action: str, parameters: Mapping[str, Any]) -> Change:
        self.done.append((proposal_id, action, parameters))
        return Change(action, "/expenses")

    def _selected(self, selection: Selection) -> list[Entry]:
        self._refuse()
        return [each for each in self.held if _fits(each, selection)]

    def _refuse(self) -> None:
        if self.broken:
            raise ToolError(self.broken)


def link_of(selection: Selection) -> str:
    """Return a page of the UI that lists a selection."""
    return f"/expenses?from={selection.first}&to={selection.last}"


def _fits(each: Entry, selection: Selection) -> bool:
    words = f"{each.payee} {each.description} {each.note}".casefold()
    return (
        each.kind is selection.kind
        and (selection.first is None or each.spent_on >= selection.first)
        and (selection.last is None or each.spent_on <= selection.last)
        and (not selection.categories or each.category in selection.categories)
        and (not selection.payees or each.payee in selection.payees)
        and all(text.casefold() in words for text in selection.texts)
        and not selection.tag
    )
