"""Prompts to choose from in an assistant."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from mcp import types


@dataclass(frozen=True, slots=True)
class Prompt:
    """A prompt; `write` makes its text from the arguments and today's date."""

    name: str
    title: str
    description: str
    arguments: tuple[types.PromptArgument, ...]
    write: Callable[[Mapping[str, str], date], str]


class PromptError(Exception):
    """The prompt is unknown, or an argument is invalid. The message says why."""


def prompt_list() -> list[types.Prompt]:
    return [
        types.Prompt(name=each.name, title=each.title, description=each.description, arguments=list(each.arguments))
        for each in PROMPTS.values()
    ]


def written(name: str, given: Mapping[str, str], today: date) -> types.GetPromptResult:
    """Return a prompt with its arguments filled in; raises PromptError."""
    prompt = PROMPTS.get(name)
    if prompt is None:
        raise PromptError(f"Unknown prompt. Available prompts: {', '.join(PROMPTS)}.")
    text = prompt.write(given, today)
    asked = types.PromptMessage(role="user", content=types.TextContent(text=text))
    return types.GetPromptResult(description=prompt.description, messages=[asked])


def _monthly_review(given: Mapping[str, str], today: date) -> str:
    month = given.get("month") or f"{today.replace(day=1) - timedelta(days=1):%Y-%m}"
    try:
        first = date.fromisoformat(f"{month}-01")
    except ValueError as error:
        raise PromptError("month must be a month such as 2017-09.") from error
    last, before = _end_of(first), first - timedelta(days=1)
    return (
        f"Review my spending from {first} to {last} with Outlay's tools. Call spending grouped by category and compared with "
        f"{before.replace(day=1)} to {before}, biggest_expenses of the month, and budgets on {last}. Tell me in a few sentences "
        "what I spent, which categories grew or shrank most, which expenses stand out, and how each budget ended; name amounts "
        "exactly as the tools gave them. End with one thing I could change. Change nothing yourself."
    )


def _budget_check(_given: Mapping[str, str], _today: date) -> str:
    return (
        "Look at my budgets with Outlay's tool budgets. Tell me which are exceeded or near their limit, which are ahead of an even "
        "pace, and what I can still spend in each until its period ends. For each that is exceeded, call why_exceeded and tell me "
        "which expense did it. Name amounts exactly as the tools gave them. Change nothing yourself."
    )


def _subscriptions(_given: Mapping[str, str], today: date) -> str:
    return (
        f"Find payments that come back regularly in my expenses since {today - timedelta(days=365)}: call spending by "
        "payee, then find_entries for the payees that may be subscriptions, and look for equal amounts at equal distances. List "
        "each with its amount, how often it comes and what it costs in a year, the most expensive first. Change nothing yourself."
    )


_MONTH = types.PromptArgument(name="month", description="Such as 2017-09; by default the last complete month.", required=False)
_ALL = (
    Prompt("monthly_review", "Monthly review", "What a month cost, compared with the one before.", (_MONTH,), _monthly_review),
    Prompt("budget_check", "Budget check", "Which budgets need attention, and why.", (), _budget_check),
    Prompt(
        "subscriptions", "Subscriptions", "Payments that come back regularly, and what they cost in a year.", (), _subscriptions
    ),
)
PROMPTS = {prompt.name: prompt for prompt in _ALL}


def _end_of(first: date) -> date:
    return (first.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
