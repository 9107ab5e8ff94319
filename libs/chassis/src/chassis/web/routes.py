"""Names of requests in metrics, traces and logs: few, and without anything personal."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

OTHER = "other"
"""The label of paths that no document describes, such as pages and guesses."""
_PREFIX = "/api/v1"
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_ROUTE_PART = re.compile(r"|v[0-9]|[a-z]{1,20}(-[a-z]{1,20}){0,2}(\.json)?")
_SECRET = re.compile(r"(/password-resets/|/email-verifications/|/unsubscribe/).+")
_LOGGED_PATH = 200
"""Characters of a path that are logged: no path of ours is longer."""


class Routes:
    """The paths of some OpenAPI documents."""

    def __init__(self, specs: Iterable[Mapping[str, Any]] = ()) -> None:
        """Compile the paths. Those without parameters take precedence."""
        paths = sorted({path for spec in specs for path in spec["paths"]}, key=lambda path: (path.count("{"), path))
        self._paths = paths
        self._pattern = re.compile("|".join(f"({_as_pattern(path)})" for path in paths) or "(?!)")

    def of(self, path: str) -> str:
        """Return the path with the names of its parameters, such as /expenses/{expense_id}."""
        found = self._pattern.fullmatch(path)
        return self._paths[found.lastindex - 1] if found and found.lastindex else OTHER


def _as_pattern(path: str) -> str:
    return _PREFIX + re.sub(r"\\{[^}]*\\}", "[^/]+", re.escape(path))


def method_label(method: str) -> str:
    """Return a method, or "other" for an unknown one."""
    return method if method in _METHODS else "other"


def traceable_path(path: str) -> str:
    """Return the path with a star for each id, secret and file name, so that nothing personal is left."""
    return "/".join(part if _ROUTE_PART.fullmatch(part) else "*" for part in loggable_path(path).split("/"))


def loggable_path(path: str) -> str:
    """Return the path without secrets of emailed links, shortened, with unprintable characters escaped."""
    shown = _SECRET.sub(r"\1...", path[: _LOGGED_PATH + 1])
    if len(shown) > _LOGGED_PATH:
        shown = f"{shown[:_LOGGED_PATH]}..."
    return shown if shown.isprintable() else "".join(c if c.isprintable() else ascii(c)[1:-1] for c in shown)
