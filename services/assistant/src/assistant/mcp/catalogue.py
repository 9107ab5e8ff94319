"""All tools, as they are offered."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

from mcp import types

from assistant.mcp import arguments, budgeting, changing, reading, results
from assistant.mcp.access import READ, WRITE, Access
from assistant.mcp.reading import Answer
from assistant.mcp.schemas import Arguments, Result, input_schema, output_schema, read_arguments


@dataclass(frozen=True, slots=True)
class Tool:
    """One of the tools."""

    name: str
    title: str
    description: str
    takes: type[Arguments]
    gives: type[Result]
    run: Callable[[Access, Any], Answer]
    scope: str = READ
    destructive: bool = False
    """Whether it replaces something that was there."""

    @property
    def outcome(self) -> str:
        """What becomes of a call that goes well."""
        return "answered" if self.scope == READ else "undone" if self.run is changing.undo else "done"

    def call(self, access: Access, given: dict[str, Any]) -> Answer:
        """Run it; raises ToolError."""
        return self.run(access, read_arguments(self.takes, given))

    def described(self) -> types.Tool:
        """Return it as a client sees it."""
        hints = types.ToolAnnotations(
            title=self.title,
            read_only_hint=self.scope == READ,
            destructive_hint=self.destructive,
            idempotent_hint=True,
            open_world_hint=False,
        )
        return types.Tool(
            name=self.name,
            title=self.title,
            description=self.description,
            input_schema=input_schema(self.takes),
            output_schema=output_schema(self.gives),
            annotations=hints,
        )


_ALL = (
    Tool(
        "spending",
        "Spending in a period",
        "Add up expenses or income by period, category, payee, text, tag and amount; group the sum by category, payee, month or "
        "day; compare it with another period. Amounts are in the home currency. Use it for every question about how much.",
        arguments.Spending,
        results.SpendingResult,
        reading.spending,
    ),
    Tool(
        "biggest_expenses",
        "Biggest expenses",
        "List the largest expenses, of a period, category or payee if you like.",
        arguments.Biggest,
        results.EntriesResult,
        reading.biggest_expenses,
    ),
    Tool(
        "find_entries",
        "Find entries",
        "List expenses or income that fit everything given, with their ids. `found` says how many; for sums use `spending`.",
        arguments.Finding,
        results.EntriesResult,
        reading.find_entries,
    ),
    Tool(
        "budgets",
        "Budgets",
        "Say how each budget stands: limit, spent, remaining, state, and the pace of a running period.",
        arguments.OnDay,
        results.BudgetsResult,
        budgeting.budgets,
    ),
    Tool(
        "why_exceeded",
        "Why a budget is exceeded",
        "Name the entry that took a budget over its limit in the period that a day is in.",
        arguments.Exceeded,
        results.ExceededResult,
        budgeting.why_exceeded,
    ),
    Tool(
        "list_categories",
        "Categories",
        "List all categories. Names such as Food / Coffee say that Coffee is in the group Food.",
        arguments.Categories,
        results.CategoriesResult,
        reading.list_categories,
    ),
    Tool(
        "payees",
        "Payees",
        "List the payees, those with most spending first.",
        arguments.Payees,
        results.PayeesResult,
        reading.payees,
    ),
    Tool(
        "add_entry",
        "Add an expense or income",
        "Write down one expense or income. Ask the person first unless they told you to.",
        arguments.NewEntry,
        results.ChangeResult,
        changing.add_entry,
        WRITE,
    ),
    Tool(
        "set_budget",
        "Set a budget",
        "Make a new budget. Ask the person first unless they told you to.",
        arguments.NewBudget,
        results.ChangeResult,
        changing.set_budget,
        WRITE,
    ),
    Tool(
        "change_budget",
        "Change a budget",
        "Give a budget another limit. Ask the person first unless they told you to.",
        arguments.BudgetChange,
        results.ChangeResult,
        changing.change_budget,
        WRITE,
        destructive=True,
    ),
    Tool(
        "recategorise",
        "Recategorise entries",
        f"Put up to {arguments.MOST_CHANGED} entries into another category. Ask the person first unless they told you to.",
        arguments.Recategorising,
        results.ChangeResult,
        changing.recategorise,
        WRITE,
        destructive=True,
    ),
    Tool(
        "undo",
        "Undo a change",
        "Take back a change that one of the other tools made.",
        arguments.Undoing,
        results.UndoResult,
        changing.undo,
        WRITE,
        destructive=True,
    ),
)
TOOLS = {tool.name: tool for tool in _ALL}


def offered(scopes: Collection[str]) -> list[Tool]:
    """Return the tools that somebody with these scopes may use."""
    return [tool for tool in TOOLS.values() if tool.scope in scopes]
