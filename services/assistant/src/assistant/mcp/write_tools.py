"""The tools that change something. Each change is made once per idempotency key."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from assistant.mcp import results, wording
from assistant.mcp.access import Access
from assistant.mcp.arguments import AddEntry, ChangeBudget, Recategorise, SetBudget, Undo
from assistant.mcp.names import UnclearNameError, budget_named, categories_named, quoted
from assistant.mcp.schemas import ToolAnswer
from assistant.tools.model import Category, ToolError
from money import Money, MoneyError


def add_entry(access: Access, given: AddEntry) -> ToolAnswer:
    """Record an expense or income."""
    amount = _money(given.amount, given.currency or access.person.currency)
    category = _category(access, given)
    parameters = {
        "kind": given.kind,
        "amount": amount.text,
        "currency": amount.currency,
        "spent_on": (given.spent_on or access.person.today).isoformat(),
        "payee": given.payee,
        "description": given.description,
        "category_id": category.id if category else None,
    }
    what = "an expense" if given.kind == "expense" else "an income"
    place = f" in {quoted(category.name)}" if category else " without a category"
    said = f"Added {what} of {_amount(amount)} on {parameters['spent_on']}{place}."
    return _changed(access, given.idempotency_key, "add_expense", parameters, said)


def set_budget(access: Access, given: SetBudget) -> ToolAnswer:
    limit = _money(given.limit, access.person.currency)
    known = access.tools.categories() if given.categories else ()
    categories = dict.fromkeys(each for name in given.categories for each in categories_named(name, known))
    parameters = {
        "name": given.name,
        "limit": limit.text,
        "currency": limit.currency,
        "cycle": given.cycle,
        "category_ids": [each.id for each in categories],
    }
    over = ", ".join(quoted(each.name) for each in categories) or "all spending"
    said = f"Created the {given.cycle} budget {quoted(given.name)} of {_amount(limit)} for {over}."
    return _changed(access, given.idempotency_key, "set_budget", parameters, said)


def change_budget(access: Access, given: ChangeBudget) -> ToolAnswer:
    state = budget_named(given.budget, access.tools.budgets(access.person.today))
    limit = _money(given.limit, state.limit.currency)
    parameters = {"budget_id": state.id, "version": state.version, "limit": limit.text, "currency": limit.currency}
    said = f"The limit of {quoted(state.name)} is now {_amount(limit)}."
    return _changed(access, given.idempotency_key, "change_budget", parameters, said)


def recategorise(access: Access, given: Recategorise) -> ToolAnswer:
    """Move entries to another category."""
    category = _single(given.category, access)
    found = [access.tools.entry(each) for each in dict.fromkeys(given.entry_ids)]
    moved = [each for each in found if each.category != category]
    if not moved:
        result = results.ChangeResult(action="recategorise", changed=0, undo="", link=found[0].link)
        return ToolAnswer(result, f"All of these are already in {quoted(category.name)}.")
    parameters = {"entries": [{"id": each.id, "version": each.version} for each in moved], "category_id": category.id}
    entries = wording.counted(len(moved), "entry", "entries")
    return _changed(access, given.idempotency_key, "recategorise", parameters, f"Moved {entries} to {quoted(category.name)}.")


def undo(access: Access, given: Undo) -> ToolAnswer:
    access.tools.undo(access.undo_tokens.decrypt(given.undo, access.person.user_id))
    return ToolAnswer(results.UndoResult(undone=True), "The change was undone.")


def _changed(access: Access, key: str, action: str, parameters: Mapping[str, Any], said: str) -> ToolAnswer:
    known = {name: value for name, value in parameters.items() if value is not None}
    change = access.tools.carry_out(key.lower(), action, known)
    sealed = access.undo_tokens.encrypt(change.undo, access.person.user_id)
    return ToolAnswer(results.ChangeResult(action=action, changed=change.count, undo=sealed, link=change.link), said)


def _category(access: Access, given: AddEntry) -> Category | None:
    if given.category is not None:
        return _single(given.category, access)
    return access.tools.suggested_category(given.payee) if given.payee and given.kind == "expense" else None


def _single(name: str, access: Access) -> Category:
    found = categories_named(name, access.tools.categories())
    exact = [each for each in found if each.name.casefold() == name.casefold()]
    if len(exact or found) > 1:
        message = f"{quoted(name)} is a group of several categories, listed in near_names. Pass one of them."
        raise UnclearNameError(message, (each.name for each in found), code="several_names")
    return (exact or list(found))[0]


def _money(amount: str, currency: str) -> Money:
    try:
        parsed = Money.parse(amount, currency)
    except MoneyError as error:
        raise ToolError(f"The amount cannot be {amount} {currency}: {error}.", code="invalid_arguments") from error
    if not parsed.minor:
        raise ToolError("The amount must be more than zero.", code="invalid_arguments")
    return parsed


def _amount(amount: Money) -> str:
    return wording.amount(results.money(amount))
