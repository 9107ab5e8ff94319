"""All tools, as clients see them."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any, get_type_hints

from mcp import types

from assistant.mcp import arguments, budget_tools, read_tools, results, write_tools
from assistant.mcp.access import READ, WRITE, Access
from assistant.mcp.schemas import Arguments, Result, ToolAnswer, input_schema, output_schema, read_arguments


@dataclass(frozen=True, slots=True)
class Tool:
    """A tool: a function with the tool's name, which takes the access and the arguments."""

    run: Callable[[Access, Any], ToolAnswer]
    title: str
    description: str
    result: type[Result]
    scope: str = READ
    destructive: bool = False
    """Whether it replaces existing values."""

    @property
    def name(self) -> str:
        return self.run.__name__

    @property
    def arguments(self) -> type[Arguments]:
        """The class of the function's second parameter."""
        _access, given, _result = get_type_hints(self.run).values()
        kind: type[Arguments] = given
        return kind

    @property
    def outcome(self) -> str:
        return "answered" if self.scope == READ else "undone" if self.run is write_tools.undo else "done"

    def call(self, access: Access, given: dict[str, Any]) -> ToolAnswer:
        """Run it; raises ToolError."""
        return self.run(access, read_arguments(self.arguments, given))

    def described(self) -> types.Tool:
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
            input_schema=input_schema(self.arguments),
            output_schema=output_schema(self.result),
            annotations=hints,
        )


_ALL = (
    Tool(
        read_tools.spending,
        "Spending in a period",
        "Add up expenses or income by period, category, payee, text, tag and amount; group the sum by category, payee, month or "
        "day; compare it with another period. Amounts are in the home currency. Use it for every question about how much.",
        results.SpendingResult,
    ),
    Tool(
        read_tools.biggest_expenses,
        "Biggest expenses",
        "List the largest expenses, optionally of a period, category or payee.",
        results.EntriesResult,
    ),
    Tool(
        read_tools.find_entries,
        "Find entries",
        "List expenses or income that match all conditions, with their ids. `found` is how many match; for sums use `spending`.",
        results.EntriesResult,
    ),
    Tool(
        budget_tools.budgets,
        "Budgets",
        "Return the state of each budget: limit, spent, remaining, state, and the pace of a current period.",
        results.BudgetsResult,
    ),
    Tool(
        budget_tools.why_exceeded,
        "Why a budget is exceeded",
        "Return the entry that pushed a budget over its limit in the period that contains a day.",
        results.ExceededResult,
    ),
    Tool(
        read_tools.list_categories,
        "Categories",
        "List all categories. A name such as Food / Coffee means that Coffee is in the group Food.",
        results.CategoriesResult,
    ),
    Tool(read_tools.payees, "Payees", "List the payees, those with the most spending first.", results.PayeesResult),
    Tool(
        write_tools.add_entry,
        "Add an expense or income",
        "Record one expense or income. Ask the person first unless they told you to.",
        results.ChangeResult,
        WRITE,
    ),
    Tool(
        write_tools.set_budget,
        "Set a budget",
        "Create a budget. Ask the person first unless they told you to.",
        results.ChangeResult,
        WRITE,
    ),
    Tool(
        write_tools.change_budget,
        "Change a budget",
        "Change the limit of a budget. Ask the person first unless they told you to.",
        results.ChangeResult,
        WRITE,
        destructive=True,
    ),
    Tool(
        write_tools.recategorise,
        "Recategorise entries",
        f"Move up to {arguments.MOST_CHANGED} entries to another category. Ask the person first unless they told you to.",
        results.ChangeResult,
        WRITE,
        destructive=True,
    ),
    Tool(write_tools.undo, "Undo a change", "Undo a change that another tool made.", results.UndoResult, WRITE, destructive=True),
)
TOOLS = {tool.name: tool for tool in _ALL}


def offered(scopes: Collection[str]) -> list[Tool]:
    """Return the tools that these scopes allow."""
    return [tool for tool in TOOLS.values() if tool.scope in scopes]
