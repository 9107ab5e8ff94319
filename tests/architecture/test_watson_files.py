"""What is imported into Watson fits what the assistant and its API have."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import connexion.spec
import pytest

from assistant.watson.context import ACTIONS, TOKEN, VARIABLES
from assistant.watson.directives import DETAILS, PROPOSALS, TOOLS
from chassis.web.spec import load_spec, operations
from testing.servers.watson_actions import Actions, skill_of

ROOT = Path(__file__).parents[2]
WATSON = ROOT / "deploy" / "watson"
PLAIN, CALLING = skill_of(WATSON / "outlay-actions.json"), skill_of(WATSON / "outlay-actions-with-extension.json")
EXTENSION: dict[str, Any] = json.loads((WATSON / "outlay-extension.json").read_text("utf-8"))
SKILLS = pytest.mark.parametrize("skill", [PLAIN, CALLING], ids=["plain", "calling"])
HEADER = "X-Outlay-Extension"


def steps_of(skill: dict[str, Any]) -> list[dict[str, Any]]:
    return [step for action in skill["workspace"]["actions"] for step in action["steps"]]


def directives_of(skill: dict[str, Any]) -> list[dict[str, Any]]:
    generic = [item for step in steps_of(skill) for item in step["output"]["generic"]]
    return [item["user_defined"]["outlay"] for item in generic if item["response_type"] == "user_defined"]


def everything(value: Any) -> list[Any]:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [value, *(each for one in inner for each in everything(one))]


def test_the_files_are_as_their_source_has_them() -> None:
    done = subprocess.run([sys.executable, WATSON / "write", "--check"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"run `make watson`: {done.stdout}{done.stderr}"


@SKILLS
def test_each_tool_and_change_that_watson_wants_exists(skill: dict[str, Any]) -> None:
    assert directives_of(skill)
    for directive in directives_of(skill):
        assert directive.get("tool") in (None, *TOOLS)
        assert directive.get("propose") in (None, *PROPOSALS)
        assert set(directive) <= {"tool", "propose", "words", "amount", "description", "by", "limit", *DETAILS}


def test_each_tool_and_change_that_exists_is_wanted_by_watson() -> None:
    wanted = {directive.get("tool") or directive.get("propose") for directive in directives_of(PLAIN)}
    assert wanted == {*TOOLS, *PROPOSALS}


@SKILLS
def test_each_step_action_intent_and_variable_that_is_named_exists(skill: dict[str, Any]) -> None:
    workspace = skill["workspace"]
    names = {action["action"] for action in workspace["actions"]}
    intents = {intent["intent"] for intent in workspace["intents"]}
    assert {"welcome", "fallback", "run_always", "anything_else"} <= names
    assert all(action.get("next_action", "welcome") in names for action in workspace["actions"])
    assert {action["condition"]["intent"] for action in workspace["actions"] if "intent" in action.get("condition", {})} == intents
    for action in workspace["actions"]:
        steps, variables = {step["step"] for step in action["steps"]}, {each["variable"] for each in action["variables"]}
        assert all(step.get("next_step", step["step"]) in steps and step["variable"] in variables for step in action["steps"])
        assert {
            each["variable"] for each in everything(action["steps"]) if isinstance(each, dict) and "variable" in each
        } <= variables
    session = {each["variable"] for each in workspace["variables"]}
    assert {
        each["skill_variable"] for each in everything(workspace) if isinstance(each, dict) and "skill_variable" in each
    } <= session
    assert session <= {*VARIABLES, TOKEN}


def test_the_token_is_kept_out_of_watsons_logs() -> None:
    (token,) = (each for each in CALLING["workspace"]["variables"] if each["variable"] == TOKEN)
    assert token["privacy"] == {"enabled": True}
    assert TOKEN not in json.dumps(PLAIN)


@SKILLS
def test_no_two_intents_share_an_example(skill: dict[str, Any]) -> None:
    examples = [example["text"].casefold() for intent in skill["workspace"]["intents"] for example in intent["examples"]]
    assert len(examples) == len(set(examples))
    assert all(len(intent["examples"]) >= 5 for intent in skill["workspace"]["intents"])
    assert all(len(example) <= 1024 for example in examples)


def test_every_call_of_the_actions_is_an_operation_of_the_extension() -> None:
    callouts = [step["resolver"]["callout"] for step in steps_of(CALLING) if step["resolver"]["type"] == "callout"]
    assert callouts
    assert not [step for step in steps_of(PLAIN) if step["resolver"]["type"] == "callout"]
    for callout in callouts:
        operation = EXTENSION["paths"][callout["path"]][callout["method"].lower()]
        known = {(parameter["in"], parameter["name"]) for parameter in operation["parameters"]}
        given = {(place, each["parameter"]) for place, mapped in callout["request_mapping"].items() for each in mapped}
        required = {(parameter["in"], parameter["name"]) for parameter in operation["parameters"] if parameter.get("required")}
        assert required <= given <= known


def test_every_operation_of_the_extension_is_one_of_ours() -> None:
    spec = load_spec("assistant")
    ours = {path: operation for path, _method, operation in operations(spec)}
    assert set(EXTENSION["paths"]) == {path for path in ours if path.startswith("/assistant/tools/")}
    for path, item in EXTENSION["paths"].items():
        assert list(item) == ["get"], "it may only read"
        assert item["get"]["operationId"] == ours[path]["operationId"]
        own = {p["$ref"].rpartition("/")[2] if "$ref" in p else p["name"] for p in ours[path]["parameters"]}
        named = {spec["components"]["parameters"].get(name, {"name": name})["name"] for name in own}
        assert {parameter["name"] for parameter in item["get"]["parameters"]} == {*named, HEADER}


def test_the_extension_is_openapi_that_watson_reads() -> None:
    connexion.spec.Specification.load(json.loads(json.dumps(EXTENSION)))
    keys = {key for node in everything(EXTENSION) if isinstance(node, dict) for key in node}
    assert not keys & {"oneOf", "anyOf", "allOf", "$ref"}
    assert all(operation["summary"] for _path, _method, operation in operations(EXTENSION))
    assert all(server["url"].startswith("https://") for server in EXTENSION["servers"])


@pytest.mark.parametrize(
    ("text", "action"),
    [
        ("How much did I spend on groceries last month?", "spending"),
        ("how much did i spend at rewe in october", "spending"),
        ("add coffee 3.50 yesterday", "add_expense"),
        ("What were my biggest expenses this year?", "biggest"),
        ("and in may?", "follow_up"),
        ("how are my budgets", "budgets"),
        ("why am I over budget", "why"),
        ("set a budget of 300 for rent", "set_budget"),
        ("help", "help"),
        ("qwertz asdf", "anything_else"),
        ("", "welcome"),
    ],
)
def test_a_text_leads_to_its_action(text: str, action: str) -> None:
    assert Actions(PLAIN).action_for(text)["action"] == action


def test_the_skill_that_is_filled_is_the_one_that_the_api_names() -> None:
    assert ACTIONS == "actions skill"
