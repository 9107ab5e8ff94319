"""What Watson may want of Outlay: numbers, which the tools find, and changes, which are only proposed.

    {"outlay": {"tool": "spending", "period": "last month", "category": "groceries"}}
    {"outlay": {"propose": "add_expense", "amount": "3.50", "description": "coffee"}}

Values are texts and numbers, or `{"skill_variable": name}` and `{"variable": name}` for what Watson has in its context. Together
with the person's own words they are read by Outlay's grammar, which knows the names of categories and payees; Watson does not.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from assistant.answering.context import Answer
from assistant.toolapi.asking import WISHES, Asking, Wish
from assistant.understanding.question import Grouping, Question
from assistant.watson.context import ACTIONS
from assistant.watson.failures import malformed
from assistant.watson.plain import plain

TOOLS = (
    "spending",
    "income",
    "count",
    "average",
    "comparison",
    "ranking",
    "biggest",
    "entries",
    "budgets",
    "pace",
    "why",
    "follow_up",
    "decline",
)
PROPOSALS = ("add_expense", "set_budget", "recategorise")
DETAILS = ("period", "against", "category", "payee", "text", "day", "currency", "into")
"""Parts of a question that are added to the words, if they are not among them already."""
_ALSO = ("tool", "propose", "words", "amount", "description", "by", "limit", *DETAILS)
_MOST_WORDS = 500
_MOST_DETAIL = 200
_MOST_LISTED = 50


@dataclass(frozen=True, slots=True)
class Talk:
    """What a directive is about."""

    text: str
    """What the person wrote."""
    before: Question | None
    """The question before, which a follow-up goes on from."""
    context: Mapping[str, Any]
    """Watson's, as its answer has it."""


def carried_out(directive: Mapping[str, Any], talk: Talk, asking: Asking) -> Answer:
    """Do what Watson wants; nothing is changed by it.

    Raises:
        WatsonError: for a directive that does not exist.
        ToolError: if the API refuses.
    """
    if set(directive) - set(_ALSO):
        raise malformed()
    values = {name: _value(given, talk.context) for name, given in directive.items()}
    words = _words(values, talk)
    asking.speak(talk.text)
    tool, proposal = values.get("tool", ""), values.get("propose", "")
    if bool(tool) is bool(proposal) or (tool and tool not in TOOLS) or (proposal and proposal not in PROPOSALS):
        raise malformed()
    if tool in ("follow_up", "decline"):  # what Watson does not understand, Outlay's own grammar may, in five languages
        return asking.understand(words, talk.before)
    wish, described = _wish(tool or proposal, values), values.get("description", "")
    return asking.grant(wish, words, amount=_amount(values), description=described)


def _wish(name: str, values: Mapping[str, str]) -> Wish:
    wish = WISHES[name]
    by = {grouping.value: grouping for grouping in Grouping}.get(values.get("by", ""))
    limit = values.get("limit", "")
    if limit.isdigit() and limit.isascii() and 1 <= int(limit) <= _MOST_LISTED:
        wish = Wish(wish.intent, wish.is_income, wish.grouping, wish.sorting, int(limit))
    return Wish(wish.intent, wish.is_income, by, wish.sorting, wish.limit) if by else wish


def _words(values: Mapping[str, str], talk: Talk) -> str:
    """Return the person's words and the details that are not among them."""
    words = values.get("words") or plain(talk.text, _MOST_WORDS)
    for name in DETAILS:
        given = values.get(name, "")
        if given and given.casefold() not in words.casefold():
            words = f"{words} {given}"
    return words


def _amount(values: Mapping[str, str]) -> Decimal | None:
    """Return the amount; None without one. One that makes no sense is the answer's to decline, by its sign."""
    try:
        amount = Decimal(values["amount"]) if values.get("amount") else None
    except InvalidOperation as error:
        raise malformed() from error
    if amount is not None and not (amount.is_finite() and abs(amount) < Decimal(10) ** 12):
        raise malformed()
    return amount


def _value(given: Any, context: Mapping[str, Any]) -> str:
    """Return what is given as text, looked up in Watson's context if it is the name of a variable; empty for nothing."""
    if isinstance(given, dict):
        given = _variable(given, context)
    if isinstance(given, dict):  # what Watson recognised, such as an amount of money
        given = given.get("value", given.get("literal"))
    if isinstance(given, bool) or given is None:
        return ""
    if isinstance(given, (int, float)):
        return str(Decimal(str(given)))
    if not isinstance(given, str):
        raise malformed()
    return plain(given, _MOST_DETAIL)


def _variable(given: Mapping[str, Any], context: Mapping[str, Any]) -> Any:
    skills = context.get("skills")
    skill = skills.get(ACTIONS) if isinstance(skills, dict) else None
    for kind, holder in (("skill_variable", "skill_variables"), ("variable", "action_variables")):
        if kind in given:
            held = skill.get(holder) if isinstance(skill, dict) else None
            return held.get(given[kind]) if isinstance(held, dict) and isinstance(given[kind], str) else None
    return given
