"""Directives that Watson sends to Outlay: to look up figures with a tool, or to propose a change.

    {"outlay": {"tool": "spending", "period": "last month", "category": "groceries"}}
    {"outlay": {"propose": "add_expense", "amount": "3.50", "description": "coffee"}}

Values are texts, numbers, or `{"skill_variable": name}` and `{"variable": name}` for values in Watson's context. Outlay's grammar
reads them together with the person's own words, since it knows the names of categories and payees, and Watson does not.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from typing import Any

from assistant.answering.context import Answer
from assistant.toolapi.answerer import TEMPLATES, Answerer, QuestionTemplate
from assistant.understanding.question import Grouping, Question
from assistant.watson.context import ACTIONS
from assistant.watson.errors import malformed
from assistant.watson.plain_text import plain

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
"""Parts of a question that are added to the person's words unless they contain them."""
_ALSO = ("tool", "propose", "words", "amount", "description", "by", "limit", *DETAILS)
_MOST_WORDS = 500
_MOST_DETAIL = 200
_MOST_LISTED = 50


@dataclass(frozen=True, slots=True)
class DirectiveContext:
    """The conversation that a directive belongs to."""

    text: str
    """What the person wrote."""
    before: Question | None
    """The previous question, which a follow-up continues."""
    context: Mapping[str, Any]
    """Watson's context from its answer."""


def carried_out(directive: Mapping[str, Any], about: DirectiveContext, answerer: Answerer) -> Answer:
    """Answer a directive; nothing is changed by it.

    Raises:
        WatsonError: if the directive is malformed.
        ToolError: if the API refuses.
    """
    if set(directive) - set(_ALSO):
        raise malformed()
    values = {name: _value(given, about.context) for name, given in directive.items()}
    words = _words(values, about)
    answerer.use_language_of(about.text)
    tool, proposal = values.get("tool", ""), values.get("propose", "")
    if bool(tool) is bool(proposal) or (tool and tool not in TOOLS) or (proposal and proposal not in PROPOSALS):
        raise malformed()
    if tool in ("follow_up", "decline"):  # Outlay's grammar may understand what Watson does not
        return answerer.understand(words, about.before)
    template, described = _template(tool or proposal, values), values.get("description", "")
    return answerer.answer_template(template, words, amount=_amount(values), description=described)


def _template(name: str, values: Mapping[str, str]) -> QuestionTemplate:
    template = TEMPLATES[name]
    by = {grouping.value: grouping for grouping in Grouping}.get(values.get("by", ""))
    limit = values.get("limit", "")
    if limit.isdigit() and limit.isascii() and 1 <= int(limit) <= _MOST_LISTED:
        template = replace(template, limit=int(limit))
    return replace(template, grouping=by) if by else template


def _words(values: Mapping[str, str], about: DirectiveContext) -> str:
    """Return the person's words, and the details that they do not contain."""
    words = values.get("words") or plain(about.text, _MOST_WORDS)
    for name in DETAILS:
        given = values.get(name, "")
        if given and given.casefold() not in words.casefold():
            words = f"{words} {given}"
    return words


def _amount(values: Mapping[str, str]) -> Decimal | None:
    """Return the amount, or None. Whether zero or a negative amount makes sense is up to the answer."""
    try:
        amount = Decimal(values["amount"]) if values.get("amount") else None
    except InvalidOperation as error:
        raise malformed() from error
    if amount is not None and not (amount.is_finite() and abs(amount) < Decimal(10) ** 12):
        raise malformed()
    return amount


def _value(given: Any, context: Mapping[str, Any]) -> str:
    """Return a value as text, looked up in Watson's context if it names a variable; empty for none."""
    if isinstance(given, dict):
        given = _variable(given, context)
    if isinstance(given, dict):  # an entity that Watson recognised, such as an amount of money
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
