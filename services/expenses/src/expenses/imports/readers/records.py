"""From text to records: the csv module with limits, so that one unclosed quote does not swallow the file."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from typing import TextIO

from expenses.errors import UnreadableFileError
from expenses.imports.readers.mapping import MOST_COLUMNS


def declared_delimiter(line: str) -> str | None:
    """Return the delimiter that a first line such as "sep=;" declares; Excel writes and reads such lines."""
    bare = line.lstrip("\ufeff").strip("\r\n").strip('"')
    return bare[4] if len(bare) == len("sep=;") and bare[:4].casefold() == "sep=" else None


_LONGEST_LINE = 100_000
_MOST_LINES = 5_000
_END = "\x00end"
"""Is added after the last line: if it is not read as a record of its own, the file ended within quotes."""


def read_records(text: TextIO, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Yield the first line number and the cells of each record that is not blank.

    Raises:
        UnreadableFileError: if a quote is never closed, a line or record is too long, or there are more than 200 columns.
    """
    reader = csv.reader(_lines(text), delimiter=delimiter)
    line = 1
    while True:
        try:
            cells = next(reader)
        except csv.Error as error:
            raise _unclosed_quote(line) from error
        if reader.line_num - line >= _MOST_LINES:
            raise _unclosed_quote(line)
        if cells and cells[-1].endswith(_END):
            if len(cells) > 1 or cells[0] != _END:
                raise _unclosed_quote(line)
            return
        if len(cells) > MOST_COLUMNS:
            raise UnreadableFileError(f"Line {line} has {len(cells)} columns; {MOST_COLUMNS} is the most. Is the delimiter right?")
        if cells and not (line == 1 and declared_delimiter(delimiter.join(cells))):
            yield line, cells
        line = reader.line_num + 1


def _lines(text: TextIO) -> Iterator[str]:
    number = 0
    while line := text.readline(_LONGEST_LINE):
        number += 1
        if len(line) == _LONGEST_LINE and not line.endswith(("\n", "\r")):
            raise UnreadableFileError(f"Line {number} is longer than {_LONGEST_LINE:,} characters; this is not a file of bookings.")
        yield line
    yield _END


def _unclosed_quote(line: int) -> UnreadableFileError:
    message = f'A quote (") that opens on line {line} is not closed. Close it, or export the file again: a part may be missing.'
    return UnreadableFileError(message)
