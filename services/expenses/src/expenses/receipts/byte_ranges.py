"""Which part of a file is asked for (RFC 9110, 14)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from expenses.errors import RangeNotSatisfiableError

_ONE = re.compile(r"bytes=[ \t]*(\d{0,15})-(\d{0,15})[ \t]*", re.ASCII)


@dataclass(frozen=True)
class Span:
    """Bytes of a file, both ends included."""

    first: int
    last: int
    size: int
    """Of the whole file."""

    @property
    def length(self) -> int:
        """How many bytes that are."""
        return self.last - self.first + 1

    def __str__(self) -> str:
        return f"bytes {self.first}-{self.last}/{self.size}"


def span_of(header: str | None, size: int) -> Span | None:
    """Return the part that a Range header asks for; None for the whole, also if it asks for several parts or in another unit.

    Raises:
        RangeNotSatisfiableError: if the file has no such part.
    """
    match = _ONE.fullmatch(header or "")
    if match is None or match.groups() == ("", ""):
        return None
    first, last = match.groups()
    if not first:
        start, end = size - int(last), size - 1
        if int(last) == 0:
            raise RangeNotSatisfiableError(size)
        return Span(max(0, start), end, size)
    if last and int(last) < int(first):
        return None
    if int(first) >= size:
        raise RangeNotSatisfiableError(size)
    return Span(int(first), min(int(last), size - 1) if last else size - 1, size)
