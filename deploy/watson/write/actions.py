"""The actions skill, with the fields that an export of watsonx Assistant has; see docs/operate/watson.md for how it is imported."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from write.source import Talk, Topic
from write.steps import END, GO_ON, Json, action, call, for_outlay, step, succeeded, text

TOKEN = "outlay_token"  # noqa: S105  the name of the variable that Outlay fills
HEADER = "X-Outlay-Extension"
_GIVEN = {
    "outlay_locale": "How the person writes days and amounts, such as de-DE",
    "outlay_currency": "Their home currency, such as EUR",
    "outlay_time_zone": "Their time zone, such as Europe/Berlin",
    "outlay_today": "Their day, such as 2026-11-30",
}
"""Session variables that Outlay fills with each message; what each holds."""
_HUMAN = "fallback_connect_to_agent"
_ASKING_FOR_HUMANS = (
    "Can I speak to somebody?",
    "Call an agent",
    "I would like to talk to a person",
    "Human please",
    "Connect me to support",
)


def actions(talk: Talk, operations: Mapping[str, str] | None = None) -> Json:
    """Return the skill; `operations` are the paths of the extension by their ids, for the variant that calls it."""
    made = [_of_topic(topic, talk, operations) for topic in talk.topics]
    ordered = [_welcome(talk), *made, _fallback(), _run_always(), _anything_else()]
    for one, following in pairwise(ordered):
        one["next_action"] = following["action"]
    return {
        "name": f"{talk.name} with its extension" if operations else talk.name,
        "type": "action",
        "valid": True,
        "status": "Available",
        "language": "en",
        "description": talk.description,
        "dialog_settings": {},
        "workspace": _workspace(talk, ordered, calls=bool(operations)),
    }


def _workspace(talk: Talk, ordered: Sequence[Json], *, calls: bool) -> Json:
    intents = [
        {"intent": topic.id, "description": topic.title, "examples": [{"text": example} for example in topic.examples]}
        for topic in talk.topics
    ]
    intents.append(
        {"intent": _HUMAN, "description": "Asks for a person", "examples": [{"text": each} for each in _ASKING_FOR_HUMANS]}
    )
    return {
        "actions": list(ordered),
        "intents": intents,
        "entities": [{"entity": name, "values": [], "fuzzy_match": False} for name in ("danger_words", "profane_words")],
        "variables": _variables(calls=calls),
        "data_types": [],
        "collections": [],
        "counterexamples": [],
        "metadata": {"api_version": {"major_version": "v2", "minor_version": "2018-11-08"}},
        "system_settings": _settings(),
        "learning_opt_out": True,
    }


def _variables(*, calls: bool) -> list[Json]:
    told = {**_GIVEN, **({TOKEN: "Opens the tools of Outlay for this person and two minutes"} if calls else {})}
    return [
        {"variable": name, "title": name, "description": said, "data_type": "string", "privacy": {"enabled": name == TOKEN}}
        for name, said in told.items()
    ]


def _settings() -> Json:
    return {
        "auto_learn": {"apply": False},
        "topic_switch": {"enabled": True, "messages": {}},
        "disambiguation": {
            "enabled": True,
            "prompt": "Did you mean:",
            "randomize": False,
            "max_suggestions": 4,
            "suggestion_text_policy": "title",
            "none_of_the_above_prompt": "None of these",
            "single_answer_clarification_prompt": "Something else",
        },
    }


def _of_topic(topic: Topic, talk: Talk, operations: Mapping[str, str] | None) -> Json:
    condition = {"intent": topic.id}
    if operations and topic.operation:
        steps, result = _calling(topic, talk, operations[topic.operation])
        return action(topic.id, topic.title, steps, condition, results=[result])
    said = for_outlay(topic.directive) if topic.directive else text(topic.text)
    return action(topic.id, topic.title, [step(1, said)], condition)


def _calling(topic: Topic, talk: Talk, path: str) -> tuple[list[Json], str]:
    """Return steps that ask for the parameters, call the operation, and say its sentence."""
    asked = [
        step(number, text(question), resolver=GO_ON, question={"free_text": True})
        for number, question in enumerate(topic.asks.values(), start=1)
    ]
    number = len(asked) + 1
    result = f"step_{number:03}_result_1"
    query = {name: one["variable"] for name, one in zip(topic.asks, asked, strict=True)}
    calling = step(number, resolver=call(path, query=query, header={HEADER: TOKEN}, result=result))
    said = text({"variable": result, "variable_path": "body.text"})
    well = step(number + 1, said, condition=succeeded(result, well=True))
    failed = step(number + 2, text(talk.failed), condition=succeeded(result, well=False))
    return [*asked, calling, well, failed], result


def _welcome(talk: Talk) -> Json:
    return action("welcome", "Greet", [step(1, text(talk.welcome))], {"expression": "welcome"}, hidden=True)


def _fallback() -> Json:
    """Answer whoever asks for a person, or was not understood several times: nobody is there but Outlay itself."""
    return action("fallback", "Fallback", [step(1, for_outlay({"tool": "decline"}))], {"intent": _HUMAN}, hidden=True)


def _run_always() -> Json:
    return action("run_always", "Trigger word detected", [], None, hidden=True)


def _anything_else() -> Json:
    return action(
        "anything_else",
        "No matches",
        [step(1, for_outlay({"tool": "decline"}), resolver=END)],
        {"expression": "anything_else"},
        hidden=True,
    )


def operations_of(document: Mapping[str, Any]) -> dict[str, str]:
    """Return the paths of an OpenAPI document by operation id."""
    return {operation["operationId"]: path for path, item in document["paths"].items() for operation in item.values()}
