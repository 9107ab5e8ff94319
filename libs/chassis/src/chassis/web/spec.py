"""Reads OpenAPI documents: a service's own with the shared components merged in, and all of them as one."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator
from functools import cache
from importlib.resources import files
from typing import Any, cast

import yaml

Spec = dict[str, Any]

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

METHODS = frozenset({"get", "put", "post", "patch", "delete"})

_ALWAYS = {"400": "BadRequest", "401": "Unauthorized", "403": "Forbidden", "414": "UriTooLong", "503": "Unavailable"}
_WITH_BODY = {"413": "PayloadTooLarge", "415": "UnsupportedMediaType"}


class SpecClashError(Exception):
    """Two services describe the same path or component."""


def load_spec(package: str) -> Spec:
    """Read `openapi.yaml` of a package and add what every service shares.

    The document is returned as a dict, because connexion renders files through a template engine first. Each operation gets the
    answers that any operation can give, so that the files need not repeat them.
    """
    spec = cast("Spec", _read(package, "openapi.yaml"))
    common = _read("chassis", "contracts", "common.yaml")
    components = spec.setdefault("components", {})
    for kind, entries in common["components"].items():
        components[kind] = {**entries, **components.get(kind, {})}
    for _path, _method, operation in operations(spec):
        _add_shared_answers(operation)
    return spec


def _read(package: str, *path: str) -> Any:
    return json.loads(_as_json(package, *path))


@cache
def _as_json(package: str, *path: str) -> str:
    # YAML is slow to read, which counts at each start: the home process needs each document twice, and the shared one for each.
    # The loader in C is ten times faster than yaml.safe_load.
    return json.dumps(yaml.load(files(package).joinpath(*path).read_text("utf-8"), Loader=_LOADER))  # noqa: S506  it is the safe one


def operations(spec: Spec) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield (path, method, operation) of a document."""
    for path, item in spec["paths"].items():
        for method, operation in item.items():
            if method in METHODS:
                yield path, method, operation


def _add_shared_answers(operation: dict[str, Any]) -> None:
    shared = dict(_ALWAYS)
    if "requestBody" in operation:
        shared |= _WITH_BODY
    for status, name in shared.items():
        operation["responses"].setdefault(status, {"$ref": f"#/components/responses/{name}"})


def method_of(operation_id: str) -> str:
    """Return the name of the method that serves an operation: createBudget is create_budget."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", operation_id).lower()


def merge_specs(front: Spec, others: Collection[Spec], *, of_one_version: bool = True) -> Spec:
    """Return one public document: `front` with the paths, tags and components of `others`.

    Internal operations are left out, and so is what only they use.


    In the middle of an upgrade documents are of different versions, and what they share may differ: then the first component of
    a name is taken.

    Raises:
        SpecClashError: if two documents give the same path, or documents of one version different components the same name.
    """
    merged: Spec = {**front, "paths": {}, "tags": [], "components": {}}
    for spec in (*others, front):
        merged["tags"] = [*merged["tags"], *spec.get("tags", [])]
        for path, item in spec["paths"].items():
            if path in merged["paths"]:
                raise SpecClashError(path)
            if not any(operation.get("x-internal") for operation in item.values() if isinstance(operation, dict)):
                merged["paths"][path] = item
        for kind, entries in spec.get("components", {}).items():
            target = merged["components"].setdefault(kind, {})
            for name, entry in entries.items():
                if target.setdefault(name, entry) != entry and of_one_version:
                    raise SpecClashError(name)
    internal = [item for spec in (*others, front) for path, item in spec["paths"].items() if path not in merged["paths"]]
    for kind, name in _reached(merged, internal) - _reached(merged, merged["paths"]):
        del merged["components"][kind][name]
    return merged


def _reached(spec: Spec, start: Any) -> set[tuple[str, str]]:
    """Return kind and name of each component that is used from `start`, directly or by other components."""
    found: set[tuple[str, str]] = set()
    ahead = [start]
    while ahead:
        node = ahead.pop()
        if isinstance(node, list):
            ahead += node
        elif isinstance(node, dict):
            ahead += node.values()
            part = str(node.get("$ref", "")).removeprefix("#/components/").partition("/")
            place = (part[0], part[2])
            if place not in found and place[1] in spec["components"].get(place[0], {}):
                found.add(place)
                ahead.append(spec["components"][place[0]][place[1]])
    return found
