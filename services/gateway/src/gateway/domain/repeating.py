"""Which operations may be sent twice under an Idempotency-Key: those that say that they take one."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from gateway.domain.routes import PREFIX

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_KEY = "idempotency-key"


def takes_key(spec: Mapping[str, Any]) -> Callable[[str, str], bool]:
    """Return whether an operation of a service, by method and path, is done once however often it comes with the same key."""
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
