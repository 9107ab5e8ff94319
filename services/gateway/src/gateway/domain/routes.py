"""Which service answers a path."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

PREFIX = "/api/v1/"


class RouteClashError(Exception):
    """Two services claim the same first part of a path."""


def routes_of(specs: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    """Return the first part of each public path with the service whose document describes it.

    Internal operations (x-internal) are left out, so nobody outside reaches them. Raises RouteClashError.
    """
    routes: dict[str, str] = {}
    for service, spec in specs.items():
        for path, item in spec["paths"].items():
            first = path.strip("/").split("/")[0]
            if any(operation.get("x-internal") for operation in item.values() if isinstance(operation, dict)):
                continue
            if routes.setdefault(first, service) != service:
                raise RouteClashError(first)
    return routes


def first_part(path: str) -> str | None:
    """Return the part of an API path that decides the service; None for a path outside the API.

    A path with dot segments is outside: whoever normalises it later would arrive at another operation than the one decided on here.
    """
    if not path.startswith(PREFIX) or {".", ".."} & set(path.split("/")):
        return None
    return path.removeprefix(PREFIX).split("/", 1)[0]
