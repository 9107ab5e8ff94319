"""The arguments of each tool."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from assistant.mcp.schemas import Arguments

MOST_ENTRIES, MOST_CHANGED = 200, 50
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


def _one_line(text: str) -> str:
    if _CONTROL.search(text):
        raise ValueError("must be one line without control characters")
    return text


Text = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(_one_line)]
Names = Annotated[tuple[Text, ...], Field(max_length=20)]
Amount = Annotated[str, Field(pattern=r"^[0-9]{1,12}(\.[0-9]{1,3})?$", examples=["12.34"])]
Currency = Annotated[str, Field(pattern="^[A-Z]{3}$", examples=["EUR"])]
Id = Annotated[str, Field(pattern="^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")]
Key = Annotated[
    str,
    Field(
        pattern="^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$",
        description="A new random UUID for each change. Send the same one again only to repeat a call whose answer did not arrive: "
        "then the change is made once.",
    ),
]
Cycle = Literal["weekly", "monthly", "quarterly", "yearly"]


class EntryFilter(Arguments):
    """Selects entries."""

    first: Annotated[date | None, Field(alias="from", description="First day, such as 2017-09-01; by default no beginning.")] = None
    last: Annotated[date | None, Field(alias="to", description="Last day, inclusive, such as 2017-09-30; by default no end.")] = (
        None
    )
    categories: Annotated[
        Names, Field(description="Only these categories, by name; a group such as Food means all categories in it.")
    ] = ()
    uncategorised: Annotated[
        bool, Field(description="Only entries without a category; together with `categories`, these as well.")
    ] = False
    payees: Annotated[Names, Field(description="Only these payees, by name.")] = ()
    texts: Annotated[Names, Field(description="Each of these must occur in payee, description or note, ignoring case.")] = ()
    tag: Annotated[str, Field(max_length=100, description="Only entries with this tag.")] = ""
    at_least: Annotated[Amount | None, Field(description="Only amounts of at least this, in the home currency, such as 12.34.")] = (
        None
    )
    at_most: Annotated[Amount | None, Field(description="Only amounts of at most this, in the home currency, such as 12.34.")] = (
        None
    )
    without_categories: Annotated[Names, Field(description="Not these categories.")] = ()
    without_payees: Annotated[Names, Field(description="Not these payees.")] = ()
    without_texts: Annotated[Names, Field(description="None of these in payee, description or note.")] = ()


class EntryFilterByKind(EntryFilter):
    """Selects entries of one kind."""

    kind: Annotated[Literal["expense", "income"], Field(description="Spending, or income.")] = "expense"


class Spending(EntryFilterByKind):
    """The arguments of `spending`."""

    group_by: Annotated[
        Literal["category", "payee", "month", "day"] | None,
        Field(description="Also return the sum of each: the largest first, months and days in order."),
    ] = None
    compare_from: Annotated[date | None, Field(description="First day of a period to compare with; requires `compare_to`.")] = None
    compare_to: Annotated[date | None, Field(description="Last day of that period.")] = None
    limit: Annotated[int, Field(ge=1, le=MOST_ENTRIES, description="How many groups at most.")] = 50


class BiggestExpenses(EntryFilter):
    """The arguments of `biggest_expenses`."""

    limit: Annotated[int, Field(ge=1, le=MOST_ENTRIES, description="How many at most.")] = 10


class FindEntries(EntryFilterByKind):
    """The arguments of `find_entries`."""

    order: Annotated[Literal["newest", "oldest", "largest", "smallest"], Field(description="Which come first.")] = "newest"
    limit: Annotated[int, Field(ge=1, le=MOST_ENTRIES, description="How many at most.")] = 20


class Budgets(Arguments):
    """The arguments of `budgets`."""

    on: Annotated[date | None, Field(description="Any day of the period in question; by default today.")] = None


class WhyExceeded(Budgets):
    """The arguments of `why_exceeded`."""

    budget: Annotated[Text, Field(description="The budget's name.")]


class ListCategories(Arguments):
    """The arguments of `list_categories`: none."""


class Payees(Arguments):
    """The arguments of `payees`."""

    matching: Annotated[str, Field(max_length=200, description="Only names that contain this, ignoring case.")] = ""
    limit: Annotated[int, Field(ge=1, le=MOST_ENTRIES, description="How many at most.")] = 50


class AddEntry(Arguments):
    """The arguments of `add_entry`."""

    kind: Annotated[Literal["expense", "income"], Field(description="Money spent, or money received.")] = "expense"
    amount: Annotated[Amount, Field(description="Without a sign, such as 3.50.")]
    currency: Annotated[Currency | None, Field(description="An ISO 4217 code such as EUR; by default the home currency.")] = None
    spent_on: Annotated[date | None, Field(description="The day, such as 2017-09-30; by default today.")] = None
    payee: Annotated[Text | None, Field(description="Who was paid, or who paid.")] = None
    description: Annotated[Text | None, Field(description="What it was for.")] = None
    category: Annotated[Text | None, Field(description="A category's name; by default the one usually chosen for the payee.")] = (
        None
    )
    idempotency_key: Key


class SetBudget(Arguments):
    """The arguments of `set_budget`."""

    name: Annotated[Text, Field(description="What to call it.", max_length=100)]
    limit: Annotated[Amount, Field(description="How much may be spent in each period, in the home currency, such as 300.00.")]
    cycle: Annotated[Cycle, Field(description="How long a period is.")] = "monthly"
    categories: Annotated[Names, Field(description="The categories that count, by name; by default all spending.")] = ()
    idempotency_key: Key


class ChangeBudget(Arguments):
    """The arguments of `change_budget`."""

    budget: Annotated[Text, Field(description="The budget's name.")]
    limit: Annotated[Amount, Field(description="How much may be spent in each period from now on, such as 350.00.")]
    idempotency_key: Key


class Recategorise(Arguments):
    """The arguments of `recategorise`."""

    entry_ids: Annotated[tuple[Id, ...], Field(min_length=1, max_length=MOST_CHANGED, description="Ids from find_entries.")]
    category: Annotated[Text, Field(description="The name of the new category.")]
    idempotency_key: Key


class Undo(Arguments):
    """The arguments of `undo`."""

    undo: Annotated[str, Field(min_length=1, max_length=20_000, description="The value `undo` of the change, exactly as returned.")]
