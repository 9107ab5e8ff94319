"""Finds the delimiter of a file, and where the table of bookings begins and ends in it."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from itertools import islice
from typing import IO, NamedTuple

from expenses.imports.readers.amounts import amount_reader
from expenses.imports.readers.dates import (
    DIGITS_ONLY,
    FORMATS,
    LONGEST_DATE,
    EveryLanguage,
    Months,
    day_reader,
    looks_like_day,
    may_be_day,
)
from expenses.imports.readers.records import declared_delimiter
from expenses.imports.readers.text import open_text
from expenses.imports.readers.titles import field_of, looks_like_header
from expenses.imports.readers.vocabulary import AMOUNT, BALANCE, CREDIT, DEBIT, DESCRIPTION, PAYEE, longest_match, plain

NumberedRecords = Sequence[tuple[int, list[str]]]
_ABOVE = 60
"""How many records above the first booking are searched for the titles."""
_PREAMBLE = 30
_MOST_LETTERS = 12
"""The most letters in an amount: a currency and a direction."""
_SEPARATED = [name for name in FORMATS if name not in DIGITS_ONLY or name == "YYYYMMDD"]


class Table(NamedTuple):
    """Where the titles are (None if there are none), where the rows begin, and where the bookings end, as indexes of records."""

    titles: int | None
    first: int
    end: int | None = None
    """The index after the last booking; totals and remarks follow."""


class CellClassifier:
    """Tells days and amounts from other cells."""

    def __init__(self, languages: Sequence[Months]) -> None:
        months = EveryLanguage(languages)
        self._days = [day_reader(name, months) for name in _SEPARATED]
        self._amounts = [amount_reader(mark) for mark in ".,"]
        self.is_day = lru_cache(20_000)(self._is_day)
        self.is_amount = lru_cache(20_000)(self._is_amount)

    def _is_day(self, cell: str) -> bool:
        return may_be_day(cell) and looks_like_day(cell) and any(read(cell) for read in self._days)

    def _is_amount(self, cell: str) -> bool:
        if len(cell) > LONGEST_DATE or not any(map(str.isdigit, cell)) or sum(map(str.isalpha, cell)) > _MOST_LETTERS:
            return False
        return not self.is_day(cell) and any(read(cell) for read in self._amounts)

    def days(self, cells: Sequence[str]) -> set[int]:
        """Return the columns of a record that are days."""
        return {index for index, cell in enumerate(cells) if cell and self.is_day(cell.strip())}

    def amounts(self, cells: Sequence[str]) -> set[int]:
        """Return the columns of a record that are amounts."""
        return {index for index, cell in enumerate(cells) if cell and self.is_amount(cell.strip())}


def find_table(records: NumberedRecords, cells: CellClassifier, *, header: bool | None) -> Table:
    """Return where the titles and the rows are; `header` says whether there are titles, None if that is unknown."""
    bookings = [
        (index, days, amounts)
        for index, (_, record) in enumerate(records)
        if (days := cells.days(record)) and (amounts := cells.amounts(record))
    ]
    if not bookings:
        return _by_words(records, cells, header=header)
    day_column = Counter(column for _, days, _ in bookings for column in days).most_common(1)[0][0]
    first, _, amounts = next(booking for booking in bookings if day_column in booking[1])
    end = 1 + max(index for index, days, _ in bookings if day_column in days)
    titles = None if header is False else _titles_above(records, first, day_column, amounts, cells)
    if titles is None and header:
        titles = max(0, first - 1)
    if titles is not None:
        return Table(titles, titles + 1, end)
    return Table(None, _without_preamble(records, first), end)


def _titles_above(records: NumberedRecords, first: int, day_column: int, amounts: set[int], cells: CellClassifier) -> int | None:
    """Return the likeliest record above the first booking for the titles, the nearest if several are alike."""
    width = len(records[first][1])
    best, most = None, 0.0
    for index in range(first - 1, max(-1, first - _ABOVE), -1):
        record = records[index][1]
        filled = [cell for cell in record if cell.strip()]
        if len(filled) <= 1 or day_column in cells.days(record) or amounts & cells.amounts(record):
            continue
        known = sum(_is_title(cell) for cell in filled)
        over = bool(day_column < len(record) and record[day_column].strip())
        numbers = len(cells.days(record) | cells.amounts(record))
        score = 2.0 * known + min(len(filled), width) + 2.0 * over - 3.0 * numbers
        if (known > 1 or 2 * len(filled) >= width) and score > most:
            best, most = index, score
    return best


def _is_title(cell: str) -> bool:
    title = plain(cell)
    return field_of(cell) is not None or any(
        longest_match(title, parts) for parts in (AMOUNT, DEBIT, CREDIT, BALANCE, PAYEE, DESCRIPTION)
    )


def _without_preamble(records: NumberedRecords, first: int) -> int:
    """Return the first of the records above the first booking that are as wide: they may be unreadable bookings."""
    width = len(records[first][1])
    while first and len(records[first - 1][1]) == width and sum(bool(cell.strip()) for cell in records[first - 1][1]) > 1:
        first -= 1
    return first


def _by_words(records: NumberedRecords, cells: CellClassifier, *, header: bool | None) -> Table:
    """Find the titles of a file in which no record has a day and an amount."""
    if header is False:
        return Table(None, 0)
    at = next((index for index, (_, record) in enumerate(records[:_PREAMBLE]) if looks_like_header(record)), None)
    if at is None and len(records) > 1:
        above, below = records[0][1], records[1][1]
        differs = (cells.amounts(below) - cells.amounts(above)) | (cells.days(below) - cells.days(above))
        at = 0 if header or differs else None
    if at is None and header:
        at = 0
    return Table(at, 0 if at is None else at + 1)


_DELIMITERS = ",;\t|"
_OTHERS = "^~:"
_LINES = 200
_LOOKED_AT = 60


def find_delimiter(stream: IO[bytes], encoding: str, kinds: CellClassifier) -> str:
    """Return the delimiter of a file; a line in which Excel declares it overrules everything else."""
    with open_text(stream, encoding) as text:
        lines = list(islice(text, _LINES))
    said = declared_delimiter(lines[0]) if lines else None
    if said:
        return said
    usual = max(_DELIMITERS, key=lambda delimiter: _score(lines, delimiter, kinds))
    if _score(lines, usual, kinds)[0] == 0:
        other = max(_OTHERS, key=lambda delimiter: _score(lines, delimiter, kinds))
        return other if _score(lines, other, kinds)[0] > 0 else usual
    return usual


def _score(lines: list[str], delimiter: str, kinds: CellClassifier) -> tuple[float, float, int]:
    """Return a score: the share of rows that are bookings, how even the rows are, and their usual number of columns."""
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
