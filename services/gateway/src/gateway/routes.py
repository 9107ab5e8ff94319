"""Which service answers which path."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

PREFIX = "/api/v1/"


class RouteClashError(Exception):
    """Two services claim the same first part of a path, or only some of its operations are open to any sender."""


@dataclass(frozen=True)
class Route:
    """The service that answers, and whether requests may come from anywhere."""

    service: str
    from_anywhere: bool
    """Other servers and sites may send requests (x-from-anywhere). No credential is passed on with them."""


def routes_of(specs: Mapping[str, Mapping[str, Any]]) -> dict[str, Route]:
    """Return the first part of each public path with its route.

    Internal operations (x-internal) are left out, so nobody outside reaches them. Raises RouteClashError.
    """
    routes: dict[str, Route] = {}
    for service, spec in specs.items():
        for path, item in spec["paths"].items():
            first = path.strip("/").split("/")[0]
            operations = [operation for operation in item.values() if isinstance(operation, dict)]
            if any(operation.get("x-internal") for operation in operations):
                continue
            route = Route(service, bool(operations) and all(operation.get("x-from-anywhere", False) for operation in operations))
            if routes.setdefault(first, route) != route:
                raise RouteClashError(first)
    return routes


def first_part(path: str) -> str | None:
    """Return the part of an API path that decides the service; None for a path outside the API.

    A path with dot segments is outside: normalised later, it could lead to another operation than the one decided on here.
    """
    if not path.startswith(PREFIX) or {".", ".."} & set(path.split("/")):
        return None
    return path.removeprefix(PREFIX).split("/", 1)[0]
