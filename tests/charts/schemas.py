"""The schemas of Kubernetes, strict, as the package kubernetes-validate brings them, and those of its extensions."""

from __future__ import annotations

import json
import re
from functools import cache
from importlib.resources import files
from typing import Any

from jsonschema import Draft202012Validator
from kubernetes_validate import utils
from referencing import Registry, Resource

from charts.extensions import schema_of

NOT_KUBERNETES = ("monitoring.coreos.com/", "keda.sh/", "gateway.networking.k8s.io/")
"""What extensions of a cluster define."""


def newest_versions() -> list[str]:
    """Return the three newest versions of Kubernetes that are known."""
    known = {re.sub(r"^(\d+\.\d+).*", r"\1", version) for version in utils.all_versions()}
    return sorted(known, key=lambda version: [int(part) for part in version.split(".")])[-3:]


def complaints(thing: dict[str, Any], version: str) -> list[str]:
    """Return what a version of Kubernetes would say against a thing."""
    extension = schema_of(thing["apiVersion"], thing["kind"])
    api = re.sub(r"^([^./]*)(?:\.[^/]*)?/", r"\1-", thing["apiVersion"])
    validator = Draft202012Validator(extension) if extension else _validator(version, thing["kind"].lower(), api)
    return [f"{error.json_path}: {error.message[:300]}" for error in validator.iter_errors(thing)]


@cache
def _validator(version: str, kind: str, api: str) -> Draft202012Validator:
    schema = _read(version, f"{kind}-{api}")
    registry = Resource.from_contents(schema) @ Registry()
    return Draft202012Validator(schema, registry=_definitions(version) @ registry)


@cache
def _definitions(version: str) -> Resource[Any]:
    return Resource.from_contents(_read(version, "_definitions"))


def _read(version: str, name: str) -> Any:
    folder = files("kubernetes_validate") / "kubernetes-json-schema" / f"v{version}.0-local-strict"
    return json.loads((folder / f"{name}.json").read_text("utf-8"))
