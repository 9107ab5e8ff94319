"""Finds what separates the columns of a file: what gives most rows a day, an amount, and the same number of columns."""

from __future__ import annotations

import csv
from itertools import islice
from typing import IO

from expenses.imports.readers.excel import delimiter_said
from expenses.imports.readers.source import opened
from expenses.imports.readers.table import CellKinds

_DELIMITERS = ",;\t|"
_OTHERS = "^~:"
_LINES = 200
_LOOKED_AT = 60


def find_delimiter(stream: IO[bytes], encoding: str, kinds: CellKinds) -> str:
    """Return the delimiter of a file; the line with which Excel says it goes before all."""
    with opened(stream, encoding) as text:
        lines = list(islice(text, _LINES))
    said = delimiter_said(lines[0]) if lines else None
    if said:
        return said
    usual = max(_DELIMITERS, key=lambda delimiter: _mark(lines, delimiter, kinds))
    if _mark(lines, usual, kinds)[0] == 0:
        other = max(_OTHERS, key=lambda delimiter: _mark(lines, delimiter, kinds))
        return other if _mark(lines, other, kinds)[0] > 0 else usual
    return usual


def _mark(lines: list[str], delimiter: str, kinds: CellKinds) -> tuple[float, float, int]:
    """Return how many rows are bookings, how even the rows are, and their usual number of columns."""
    try:
        rows = [cells for cells in csv.reader(lines, delimiter=delimiter) if cells]
    except csv.Error:
        return 0.0, 0.0, 0
    widths = [len(cells) for cells in rows]
    usual = max(set(widths), key=lambda width: (widths.count(width), width), default=0)
    if usual <= 1:
        return 0.0, 0.0, usual
    looked_at = rows[-_LOOKED_AT:]
    bookings = sum(1 for cells in looked_at if kinds.days(cells) and kinds.amounts(cells))
    return round(bookings / len(looked_at), 1), widths.count(usual) / len(widths), usual
