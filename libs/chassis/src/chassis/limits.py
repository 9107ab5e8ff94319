"""How large a body may be: what an operation's document says of its upload, else a limit for its kind."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from chassis.problems import BodyTooLargeError
from chassis.spec import operations

if TYPE_CHECKING:
    from collections.abc import Iterable

    from chassis.spec import Spec

JSON_LIMIT = 1_000_000
"""Bytes of a JSON body."""
UPLOAD_LIMIT = 200_000_000
"""Bytes of a multipart body of which the document says nothing, such as a file to import; it is never held in memory."""
FRAME = 64 * 1024
"""Bytes of a form around its file."""

_MEGABYTE = 1024 * 1024


class BodyLimits:
    """The limits of some services' operations. One with `x-most-bytes` takes a file of so many bytes and not more."""

    def __init__(self, specs: Iterable[Spec] = ()) -> None:
        """Read the documents."""
        self._told = [
            (method.upper(), _pattern(_base(spec) + path), operation["x-most-bytes"])
            for spec in specs
            for path, method, operation in operations(spec)
            if "x-most-bytes" in operation
        ]

    def of(self, method: str, path: str, content_type: bytes) -> BodyLimit:
        """Return the limit for a request."""
        if not content_type.lower().startswith(b"multipart/"):
            return BodyLimit(JSON_LIMIT)
        for known, pattern, most in self._told:
            if known == method and pattern.fullmatch(path):
                return BodyLimit(most + FRAME, f"The file may have {most // _MEGABYTE} MB at most.")
        return BodyLimit(UPLOAD_LIMIT)


class BodyLimit:
    """What one body may have."""

    def __init__(self, most: int, told: str = "") -> None:
        """`told` is the sentence for whoever sends more."""
        self._left, self._told = most, told or f"The body may have {most:,} bytes at most."

    def expect(self, length: bytes) -> None:
        """Look at a Content-Length before anything is read; raises BodyTooLargeError."""
        if length.isdigit() and int(length[:20]) > self._left:
            raise BodyTooLargeError(self._told)

    def take(self, count: int) -> None:
        """Count what has arrived; raises BodyTooLargeError at the first byte too many."""
        self._left -= count
        if self._left < 0:
            raise BodyTooLargeError(self._told)


def _base(spec: Spec) -> str:
    servers = spec.get("servers") or [{"url": ""}]
    return str(servers[0]["url"]).rstrip("/")


def _pattern(path: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\\{[^/]+?\\}", "[^/]+", re.escape(path)))
