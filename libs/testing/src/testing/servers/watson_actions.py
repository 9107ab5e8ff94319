"""Runs an actions skill, as exported from watsonx Assistant, in a simple form: the example that is most like a text decides."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx
from rapidfuzz import fuzz, utils

from testing.servers.watson import Generic, Session

Call = Callable[[str, str, Mapping[str, str]], Mapping[str, Any]]
_LEAST_ALIKE = 55


@dataclass
class _Place:
    """Where a talk waits for an answer."""

    action: Mapping[str, Any]
    step: str
    variables: dict[str, Any] = field(default_factory=dict)


class Actions:
    """Answers as the actions of a skill say. Every reference in the skill has to lead somewhere, or this fails."""

    def __init__(self, skill: Mapping[str, Any], call: Call | None = None) -> None:
        """`call` does what a callout asks for: method, path with query, headers; it returns what the step gets as its result."""
        workspace = skill["workspace"]
        self._actions = {action["action"]: action for action in workspace["actions"]}
        self._by_intent = {a["condition"]["intent"]: a for a in workspace["actions"] if "intent" in a.get("condition", {})}
        self._examples = {example["text"]: intent["intent"] for intent in workspace["intents"] for example in intent["examples"]}
        self._call = call

    def __call__(self, text: str, session: Session) -> Generic:
        """Return the responses to a text."""
        place = session.place
        session.place = None
        if place is not None:
            place.variables[place.step] = text
            return self._run(place, session, after=place.step)
        return self._run(_Place(self.action_for(text), ""), session)

    def action_for(self, text: str) -> Mapping[str, Any]:
        """Return the action whose examples are most like a text."""
        if not text.strip():
            return self._actions["welcome"]
        best = max(self._examples, key=lambda example: _likeness(text, example))
        if _likeness(text, best) < _LEAST_ALIKE:
            return self._actions["anything_else"]
        return self._by_intent[self._examples[best]]

    def _run(self, place: _Place, session: Session, after: str = "") -> Generic:
        said: Generic = []
        steps = {step["step"]: step for step in place.action["steps"]}
        name = steps[after].get("next_step") if after else next(iter(steps), None)
        while name:
            step = steps[name]
            name = step.get("next_step")
            if not self._holds(step.get("condition"), place):
                continue
            said += [self._said(item, place, session) for item in step["output"]["generic"]]
            if "question" in step:
                place.step = step["step"]
                session.place = place
                return said
            if step["resolver"]["type"] == "callout":
                self._call_out(step["resolver"]["callout"], place, session)
            elif step["resolver"]["type"] == "end_action":
                return said
            else:
                assert step["resolver"]["type"] == "continue", step["resolver"]
        return said

    def _holds(self, condition: Any, place: _Place) -> bool:
        if condition is None:
            return True
        ((kind, sides),) = condition.items()
        assert kind == "eq", kind
        one, other = (side["scalar"] if "scalar" in side else _found(place.variables, side) for side in sides)
        return bool(one == other)

    def _said(self, item: Mapping[str, Any], place: _Place, session: Session) -> dict[str, Any]:
        if item["response_type"] != "text":
            return dict(item)
        parts = item["values"][0]["text_expression"]["concat"]
        words = (
            part["scalar"]
            if "scalar" in part
            else session.variables[part["skill_variable"]]
            if "skill_variable" in part
            else _found(place.variables, part)
            for part in parts
        )
        return {"response_type": "text", "text": "".join(str(word) for word in words)}

    def _call_out(self, callout: Mapping[str, Any], place: _Place, session: Session) -> None:
        assert self._call is not None, "this skill calls an extension"
        mapping = callout["request_mapping"]
        query = {each["parameter"]: place.variables[each["value"]["variable"]] for each in mapping.get("query", [])}
        headers = {
            each["parameter"]: session.variables.get(each["value"]["skill_variable"], "") for each in mapping.get("header", [])
        }
        path = f"{callout['path']}?{urlencode(query)}" if query else callout["path"]
        place.variables[callout["result_variable"]] = self._call(callout["method"], path, headers)


def _likeness(text: str, example: str) -> float:
    """Return how near two texts are."""
    return float(fuzz.ratio(text, example, processor=utils.default_process))


def skill_of(path: Path) -> dict[str, Any]:
    """Read a skill."""
    return dict(json.loads(path.read_text("utf-8")))


def result_of(answer: httpx.Response) -> Mapping[str, Any]:
    """Return what a step gets from a call of an extension."""
    return {"success": answer.is_success, "status": answer.status_code, "body": answer.json()}


def _found(variables: Mapping[str, Any], part: Mapping[str, Any]) -> Any:
    value: Any = variables[part["variable"]]
    for name in part.get("variable_path", "").split("."):
        value = value[name] if name else value
    return value
