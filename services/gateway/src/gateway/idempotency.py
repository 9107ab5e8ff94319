"""Which operations may be sent twice with an Idempotency-Key: those whose documents have the parameter."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from gateway.routes import PREFIX

_KEY = "idempotency-key"


def accepts_idempotency_key(spec: Mapping[str, Any]) -> Callable[[str, str], bool]:
    """Return a function that tells, by method and path, whether an operation of a service is done once per key."""
    known = {name for name, entry in spec.get("components", {}).get("parameters", {}).items() if entry["name"].lower() == _KEY}
    patterns = [
        (method.upper(), re.compile(PREFIX.rstrip("/") + re.sub(r"\\{[^}]*\\}", "[^/]+", re.escape(path))))
        for path, item in spec["paths"].items()
        for method, operation in item.items()
        if isinstance(operation, dict) and any(_is_key(parameter, known) for parameter in operation.get("parameters", []))
    ]
    return lambda method, path: any(method == taken and pattern.fullmatch(path) for taken, pattern in patterns)


def _is_key(parameter: Mapping[str, Any], known: set[str]) -> bool:
    return parameter.get("$ref", "").rpartition("/")[2] in known or parameter.get("name", "").lower() == _KEY
