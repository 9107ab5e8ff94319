"""Parts of an actions skill, in the form in which watsonx Assistant exports them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

Json = dict[str, Any]
END: Json = {"type": "end_action"}
GO_ON: Json = {"type": "continue"}


def text(*parts: Json | str) -> Json:
    """A text response out of words and variables."""
    concat = [{"scalar": part} if isinstance(part, str) else part for part in parts]
    return {"values": [{"text_expression": {"concat": concat}}], "response_type": "text", "selection_policy": "sequential"}


def for_outlay(directive: Mapping[str, Any]) -> Json:
    """A response that only Outlay understands."""
    return {"user_defined": {"outlay": dict(directive)}, "response_type": "user_defined"}


def step(number: int, *generic: Json, resolver: Json = END, condition: Json | None = None, question: Json | None = None) -> Json:
    """A step of an action; `number` counts from 1."""
    name = f"step_{number:03}"
    made: Json = {"step": name, "output": {"generic": list(generic)}, "handlers": [], "resolver": resolver, "variable": name}
    if question is not None:
        made |= {"question": question, "handlers": not_understood()}
    if condition is not None:
        made["condition"] = condition
    return made


def not_understood() -> list[Json]:
    """What happens when an answer to a question is not understood: it is asked again, and given up at last."""
    again, given_up = "validation_not_found_handler", "validation_not_found_max_tries_handler"
    return [
        {
            "type": "not_found",
            "title": again,
            "handler": again,
            "output": {"generic": [text("I did not get that. Say it again, please.")]},
            "resolver": {"type": "prompt_again"},
            "next_handler": given_up,
        },
        {"type": "not_found_max_tries", "title": given_up, "handler": given_up, "resolver": {"type": "fallback"}},
    ]


def call(path: str, *, query: Mapping[str, str], header: Mapping[str, str], result: str) -> Json:
    """A resolver that calls an operation of the extension: parameters from steps (query) and from session variables (header)."""
    mapping = {
        "query": [{"parameter": name, "value": {"variable": variable}} for name, variable in query.items()],
        "header": [{"parameter": name, "value": {"skill_variable": variable}} for name, variable in header.items()],
    }
    callout = {
        "type": "integration_interaction",
        "method": "GET",
        "path": path,
        "result_variable": result,
        "request_mapping": {name: mapped for name, mapped in mapping.items() if mapped},
    }
    return {"type": "callout", "callout": callout}


def succeeded(result: str, *, well: bool) -> Json:
    """The condition that a call went well, or that it did not."""
    return {"eq": [{"variable": result, "variable_path": "success"}, {"scalar": well}]}


def action(
    name: str, title: str, steps: Sequence[Json], condition: Json | None, *, results: Sequence[str] = (), hidden: bool = False
) -> Json:
    """An action; `results` are variables beside those of its steps, `hidden` keeps it out of "Did you mean"."""
    for one, following in pairwise(steps):
        one["next_step"] = following["step"]
    variables = [{"variable": one["step"], "data_type": "any", "title": title} for one in steps]
    variables += [{"variable": result, "data_type": "any"} for result in results]
    made: Json = {
        "type": "standard",
        "action": name,
        "title": title,
        "steps": list(steps),
        "variables": variables,
        "handlers": [],
        "boosts": [],
        "topic_switch": {"allowed_from": True, "allowed_into": True, "never_return": True},
        "disambiguation_opt_out": hidden,
    }
    return {**made, "condition": condition} if condition else made
