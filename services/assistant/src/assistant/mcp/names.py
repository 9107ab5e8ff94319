"""Finds the category, payee or budget with a name, or lists similar names."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from rapidfuzz import fuzz

from assistant.tools.model import BudgetState, Category, ToolError
from assistant.understanding.text import key_of

_NEAR, _SURE = 50, 88
"""Similarity of 100 by rapidfuzz's ratio: from which a name is offered, and from which it is taken for a typing error."""
_MOST_NEAR, _LONGEST_NEAR = 5, 80

T = TypeVar("T")


class UnclearNameError(ToolError):
    """A name is unknown or ambiguous. Similar names are kept apart from the message, since they are data that others wrote."""

    def __init__(self, message: str, near: Iterable[str], *, code: str) -> None:
        """Keep the first of the `near` names, and shorten long ones."""
        super().__init__(message, code=code)
        self.near = [bounded(name) for name in [*near][:_MOST_NEAR]]


def categories_named(name: str, known: Sequence[Category]) -> tuple[Category, ...]:
    """Return the category with a name, or all of a group such as Food; raises ToolError."""
    wanted = key_of(name).strip()
    parts = [(each, [key_of(part).strip() for part in each.name.split("/")]) for each in known]
    exact = [each for each, own in parts if " / ".join(own) == " / ".join(part.strip() for part in wanted.split("/"))]
    of_group = [each for each, own in parts if own[0] == wanted]
    last = [each for each, own in parts if own[-1] == wanted]
    for found in (exact or of_group, last):
        if found and (found is not last or len(found) == 1):
            return tuple(dict.fromkeys([*found, *of_group]))
    if last:
        raise _several(name, [each.name for each in last], kind="category")
    return (_nearest(name, known, lambda each: each.name, kind="category", tool="list_categories"),)


def payee_named(name: str, known: Sequence[str]) -> str:
    """Return the payee with a name, which may be incomplete; raises ToolError."""
    wanted = key_of(name).strip()
    same = [each for each in known if each == name] or [each for each in known if key_of(each).strip() == wanted]
    if same:
        return same[0]
    containing = [each for each in known if f" {wanted} " in f" {_words(each)} "]
    if len(containing) > 1:
        raise _several(name, containing, kind="payee")
    return containing[0] if containing else _nearest(name, known, lambda each: each, kind="payee", tool="payees")


def budget_named(name: str, known: Sequence[BudgetState]) -> BudgetState:
    """Return the budget with a name or an id; raises ToolError."""
    wanted = key_of(name).strip()
    same = [each for each in known if each.id == name] or [each for each in known if key_of(each.name).strip() == wanted]
    if len(same) > 1:
        message = f"Several budgets are called {quoted(name)}. Pass one of the ids in near_names instead."
        raise UnclearNameError(message, (each.id for each in same), code="several_names")
    return same[0] if same else _nearest(name, known, lambda each: each.name, kind="budget", tool="budgets")


def bounded(name: str) -> str:
    return name if len(name) <= _LONGEST_NEAR else name[: _LONGEST_NEAR - 1] + "…"


def quoted(name: str) -> str:
    """Return a name in quotes, so that it cannot be taken for a part of the sentence."""
    return json.dumps(bounded(name), ensure_ascii=False)


def _nearest(name: str, known: Sequence[T], text_of: Callable[[T], str], *, kind: str, tool: str) -> T:
    wanted = key_of(name)
    scored = [(max(fuzz.ratio(wanted, each) for each in _spellings(key_of(text_of(thing)))), thing) for thing in known]
    near = sorted(((score, thing) for score, thing in scored if score >= _NEAR), key=lambda pair: -pair[0])
    sure = [thing for score, thing in near if score >= _SURE]
    if len(sure) == 1:
        return sure[0]
    hint = "Similar names are in near_names" if near else f"The tool {tool} lists all of them"
    message = f"No {kind} is called {quoted(name)}. {hint}."
    raise UnclearNameError(message, (text_of(thing) for _score, thing in near), code="unknown_name")


def _several(name: str, found: Sequence[str], *, kind: str) -> ToolError:
    message = (
        f"{quoted(name)} matches {len(found)} names, some of them in near_names. Pass the full name of each {kind} that you mean."
    )
    return UnclearNameError(message, found, code="several_names")


def _spellings(key: str) -> tuple[str, str]:
    """Return a key with and without its group."""
    return key, key.rpartition("/")[2].strip()


def _words(name: str) -> str:
    return "".join(letter if letter.isalnum() else " " for letter in key_of(name))
