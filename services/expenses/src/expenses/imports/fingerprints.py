"""How an import recognizes the rows that an earlier import brought."""

from __future__ import annotations

import re
from collections.abc import Sequence
from hashlib import blake2b

from expenses.books.model import Book
from expenses.entries.model import INCOME
from expenses.imports.occurrences import Occurrences
from expenses.imports.readers.encodings import CODECS
from expenses.imports.readers.rows import Row
from expenses.unit_of_work import ExpensesUnitOfWork

_YEAR = re.compile(r"(?:19|20)\d\d", re.ASCII)
_VALUE_BYTES, _LINE_BYTES = 5, 6


class Fingerprints:
    """Numbers of eight bytes for the rows of one file; the second of two equal rows in it has another number than the first.

    A number begins with a place in time: a file in order of days then fills the store's index from one end, which is several times
    faster than in random order.
    """

    def __init__(self, encoding: str) -> None:
        self._codec = CODECS.get(encoding, encoding)
        self._occurrences = Occurrences()
        self._place_of: dict[str, int] = {}

    def of(self, row: Row, cells: Sequence[str]) -> tuple[int, int]:
        """Return two numbers.

        The first identifies a row by its meaning: the same booking in another file of the bank has the same number. The second
        identifies a line by its bytes, however it was mapped: those of the file, so that a line read in another encoding or with
        another delimiter is still the same.
        """
        day = row.spent_on
        place = self._place_of.get(day)
        if place is None:
            place = self._place_of[day] = (int(day[:4]) * 372 + int(day[5:7]) * 31 + int(day[8:])) << 8 * _VALUE_BYTES
        sign = "+" if row.kind == INCOME else "-"
        content = f"{day}\x1f{sign}{row.minor}\x1f{row.currency}\x1f{row.payee}\x1f{row.description}".encode()
        number = place | _hash(content, _VALUE_BYTES)
        line_place, line_content = self._line(cells, day)
        line = line_place | _hash(line_content, _LINE_BYTES)
        times, line_times = self._occurrences.count(number, line)
        if times > 1:
            number = place | _hash(content + b"\x1f%d" % times, _VALUE_BYTES)
        if line_times > 1:
            line = line_place | _hash(line_content + b"\x1f%d" % line_times, _LINE_BYTES)
        return number, line

    def _line(self, cells: Sequence[str], day: str) -> tuple[int, bytes]:
        """Return a line's place in time and its bytes."""
        text = "\x1f".join(cells)
        year = _YEAR.search(text)
        if year is None:  # the same line, if it is of the same day
            text += "\x1f" + day
        return int(year[0] if year else day[:4]) << 8 * _LINE_BYTES, text.encode(self._codec, "replace")


def _hash(content: bytes, size: int) -> int:
    return int.from_bytes(blake2b(content, digest_size=size).digest(), "big")


def already_there(uow: ExpensesUnitOfWork, book: Book, pairs: Sequence[tuple[int, int]]) -> list[bool]:
    """Say of each row whether an earlier import brought it, recognized by what it means or by its line in the file."""
    known = uow.expenses.known(book, [values for values, _ in pairs])
    lines = uow.expenses.known_lines(book, [line for values, line in pairs if values not in known])
    return [values in known or line in lines for values, line in pairs]
