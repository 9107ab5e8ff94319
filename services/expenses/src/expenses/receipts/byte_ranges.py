"""Range requests: which part of a file is requested (RFC 9110, section 14)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from expenses.errors import RangeNotSatisfiableError

_SINGLE_RANGE = re.compile(r"bytes=[ \t]*(\d{0,15})-(\d{0,15})[ \t]*", re.ASCII)


@dataclass(frozen=True)
class ByteRange:
    """Bytes of a file, including first and last."""

    first: int
    last: int
    size: int
    """Of the whole file."""

    @property
    def length(self) -> int:
        return self.last - self.first + 1

    def __str__(self) -> str:
        return f"bytes {self.first}-{self.last}/{self.size}"


def parse_range(header: str | None, size: int) -> ByteRange | None:
    """Return the part that a Range header requests; None for the whole file, also for several parts or another unit.

    Raises:
        RangeNotSatisfiableError: if the file has no such part.
    """
    match = _SINGLE_RANGE.fullmatch(header or "")
    if match is None or match.groups() == ("", ""):
        return None
    first, last = match.groups()
    if not first:
        start, end = size - int(last), size - 1
        if int(last) == 0:
            raise RangeNotSatisfiableError(size)
        return ByteRange(max(0, start), end, size)
    if last and int(last) < int(first):
        return None
    if int(first) >= size:
        raise RangeNotSatisfiableError(size)
    return ByteRange(int(first), min(int(last), size - 1) if last else size - 1, size)
