"""Which operation a path belongs to, for meters: as OpenAPI writes it, so there are as many as there are operations."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

OTHER = "other"
"""All paths that no document describes: pages, and whatever somebody guesses."""
_PREFIX = "/api/v1"


class Routes:
    """The paths of some OpenAPI documents."""

    def __init__(self, specs: Iterable[Mapping[str, Any]] = ()) -> None:
        """Read them once. A path without parameters goes before one that has some."""
        paths = sorted({path for spec in specs for path in spec["paths"]}, key=lambda path: (path.count("{"), path))
        self._paths = paths
        self._pattern = re.compile("|".join(f"({_as_pattern(path)})" for path in paths) or "(?!)")

    def of(self, path: str) -> str:
        """Return the path with the names of its parameters, such as /expenses/{expense_id}."""
        found = self._pattern.fullmatch(path)
        return self._paths[found.lastindex - 1] if found and found.lastindex else OTHER


def _as_pattern(path: str) -> str:
    return _PREFIX + re.sub(r"\\{[^}]*\\}", "[^/]+", re.escape(path))
