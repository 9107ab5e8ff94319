"""The tools that read budgets."""

from __future__ import annotations

from assistant.mcp import results, wording
from assistant.mcp.access import Access
from assistant.mcp.arguments import Budgets, WhyExceeded
from assistant.mcp.names import budget_named
from assistant.mcp.schemas import ToolAnswer


def budgets(access: Access, given: Budgets) -> ToolAnswer:
    on = given.on or access.person.today
    found = tuple(results.budget(each, access.person.today) for each in access.tools.budgets(on))
    text = "\n".join(wording.state_of(each) for each in found) or f"No budget has a period on {on}."
    return ToolAnswer(results.BudgetsResult(on=on, budgets=found), text)


def why_exceeded(access: Access, given: WhyExceeded) -> ToolAnswer:
    """Return the entry that pushed a budget over its limit."""
    on = given.on or access.person.today
    state = budget_named(given.budget, access.tools.budgets(on))
    tipping = access.tools.tipping(state.id, on)
    by = results.tipping(tipping) if tipping else None
    result = results.ExceededResult(budget=results.budget(state, access.person.today), exceeded=state.state == "exceeded", by=by)
    text = wording.state_of(result.budget)
    if by is not None:
        text += (
            f" It was pushed over by an entry of {wording.amount(by.amount)} on {by.spent_on}, see `by`, "
            f"which brought spending to {wording.amount(by.spent_then)}."
        )
    elif result.exceeded:
        text += " No single entry pushed it over: the limit or the categories changed."
    else:
        text += " It is not exceeded."
    return ToolAnswer(result, text)
