"""The OpenAPI document of the custom extension: the tool operations of Outlay's own document, as far as Watson reads OpenAPI."""

from __future__ import annotations

from typing import Any

from chassis.web.spec import Spec, load_spec, merge_specs
from write.actions import HEADER

SERVICES = ("auth", "expenses", "budgets", "notifier", "assistant")
_TOOLS = "/assistant/tools/"
_HOST = {"default": "outlay.example.com", "description": "The name at which Outlay is reached from the internet."}
_KEPT = ("operationId", "summary", "description")


def extension() -> Spec:
    """Return the document."""
    merged = merge_specs(load_spec("gateway"), [load_spec(name) for name in SERVICES])
    paths = {path: {"get": _operation(item["get"], merged)} for path, item in merged["paths"].items() if path.startswith(_TOOLS)}
    return {
        "openapi": "3.0.3",
        "info": {
            "title": "Outlay",
            "version": merged["info"]["version"],
            "description": "Reads from Outlay for the person who is talking, by a token that Outlay puts into the session.",
        },
        "servers": [{"url": "https://{host}/api/v1", "variables": {"host": _HOST}}],
        "paths": paths,
    }


def _operation(operation: dict[str, Any], merged: Spec) -> dict[str, Any]:
    token = {
        "name": HEADER,
        "in": "header",
        "required": True,
        "schema": {"type": "string"},
        "description": "Set it to the session variable outlay_token.",
    }
    parameters = [_whole(parameter, merged) for parameter in operation.get("parameters", [])]
    answer = _whole(operation["responses"]["200"], merged)
    return {
        **{name: operation[name] for name in _KEPT if name in operation},
        "parameters": [*parameters, token],
        "responses": {"200": answer},
    }


def _whole(node: Any, merged: Spec) -> Any:
    """Return a part of the document with everything in it that it refers to, since nothing of it is shared."""
    if isinstance(node, list):
        return [_whole(each, merged) for each in node]
    if not isinstance(node, dict):
        return node
    if "$ref" in node:
        target: Any = merged
        for name in node["$ref"].removeprefix("#/").split("/"):
            target = target[name]
        return _whole(target, merged)
    return {name: _whole(each, merged) for name, each in node.items()}
